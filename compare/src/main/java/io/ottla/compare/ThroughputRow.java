package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;

/** One {@link Workload} on a fresh server: throughput, and what it cost the server; with repeats also on a warm one. */
final class ThroughputRow implements Row {
    private final String name;
    private final String about;
    private final Workload workload;
    private final boolean consumes;

    ThroughputRow(String name, String about, Workload workload, boolean consumes) {
        this.name = name;
        this.about = about;
        this.workload = workload;
        this.consumes = consumes;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String about() {
        return about;
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, IOException, InterruptedException {
        try (ServerProcess server = turn.start()) {
            for (int repeat = 1; repeat <= turn.repeats(); repeat++) {
                String topic = "load-" + repeat;
                Workload.Cost produced = workload.produce(turn, server, topic);
                boolean told = repeat == 1 || repeat == turn.repeats();
                String when = repeat == 1 ? "fresh" : "warm";
                if (told) produced(turn, produced, when);
                if (!consumes) continue;
                Workload.Cost consumed = workload.consume(turn, server, topic);
                if (!told) continue;
                turn.more("consume, " + when + ": MB/s", consumed.mbPerS());
                turn.less("consume, " + when + ": server CPU s/GB", consumed.cpuSPerGb());
            }
            turn.less("RSS after it MB", server.figures().rssMb());
        }
    }

    private void produced(Turn turn, Workload.Cost cost, String when) {
        if (consumes) turn.more("produce, " + when + ": MB/s", cost.mbPerS());
        else turn.more("produce, " + when + ": records/s", cost.recordsPerS());
        turn.less("produce, " + when + ": server CPU s/GB", cost.cpuSPerGb());
    }
}
