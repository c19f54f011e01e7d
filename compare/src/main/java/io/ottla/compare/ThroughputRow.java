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
                turn.warmth(repeat).ifPresent(warmth -> produced(turn, produced, "produce, " + warmth));
                if (!consumes) continue;
                Workload.Cost consumed = workload.consume(turn, server, topic);
                turn.warmth(repeat).ifPresent(warmth -> consumed.tell(turn, "consume, " + warmth));
            }
            turn.less("RSS after it MB", server.figures().rssMb());
        }
    }

    /** What does not consume sends one record a request, and is counted in records. */
    private void produced(Turn turn, Workload.Cost cost, String what) {
        if (consumes) {
            cost.tell(turn, what);
            return;
        }
        turn.more(what + ": records/s", cost.recordsPerS());
        turn.less(what + ": server CPU s/GB", cost.cpuSPerGb());
    }
}
