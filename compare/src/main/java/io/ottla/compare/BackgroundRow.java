package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.util.Locale;

/** What a load that is small but awkward costs the server: measured in a window, after it has settled. */
final class BackgroundRow implements Row {
    private final String name;
    private final String about;
    private final int partitions;
    private final String words;
    private final String track;

    /** @param words of a load; {@code {settle}}, {@code {duration}} and {@code {partitions}} are filled in */
    private BackgroundRow(String name, String about, int partitions, String words, String track) {
        this.name = name;
        this.about = about;
        this.partitions = partitions;
        this.words = words;
        this.track = track;
    }

    /** 100 producers over 2,000 partitions, 1 MB/s in all. */
    static BackgroundRow manyProducers() {
        return new BackgroundRow(
                "many-producers",
                "100 producers over 2,000 partitions, 1 MB/s in all: server CPU",
                2000,
                "produce busy --keep --existing --partitions {partitions} --active-partitions {partitions} --producers 100"
                        + " --record-size 1000 --rate 1MB --warmup {settle} --duration {duration}",
                "produce");
    }

    /** A consumer of 5,000 partitions of which 5 get data, 100 fetches a second. */
    static BackgroundRow quietPartitions() {
        return new BackgroundRow(
                "quiet-partitions",
                "a consumer of 5,000 partitions of which 5 get 100 records a second: server CPU",
                5000,
                "e2e quiet --keep --existing --partitions {partitions} --active-partitions 5 --rate 100 --warmup {settle} --duration {duration}",
                "consume");
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
    public boolean usual() {
        return false;
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, IOException, InterruptedException {
        double settleS = turn.seconds(15);
        double windowS = turn.seconds(30);
        String load = words.replace("{partitions}", String.valueOf(Math.max(5, turn.scaled(partitions))))
                .replace("{settle}", String.format(Locale.ROOT, "%.0f", settleS))
                .replace("{duration}", String.format(Locale.ROOT, "%.0f", settleS + windowS + 3));
        try (ServerProcess server = turn.start();
                Client.Running running = turn.client().start(server, load)) {
            running.awaitMeasuring();
            turn.pass(settleS);
            double cpuS = Window.cpuS(turn, server, windowS);
            Client.Measured measured = running.result();
            turn.less("server CPU %", 100 * cpuS / windowS);
            turn.less("p99 ms", measured.latencyMs(track, "p99"));
            turn.note("records/s", measured.of(track, "recordsPerS"));
        }
    }
}
