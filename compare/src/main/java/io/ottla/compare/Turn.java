package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * One contender's turn at one row: what the row works with.
 *
 * @param folder of its own, empty; removed afterwards
 * @param scale of all counts, sizes and durations; 1 is what the table of issue and README is measured with
 * @param repeats how often a load is repeated in the same server process: the first is of a fresh process, the last of a warm one
 * @param progress is told each figure as it comes
 */
record Turn(
        String row,
        Contender contender,
        Path folder,
        Client client,
        Children children,
        double scale,
        int repeats,
        Figures figures,
        Consumer<String> progress) {

    ServerProcess start() throws LoadFailedException, InterruptedException {
        return start(Map.of());
    }

    ServerProcess start(Map<String, String> settings) throws LoadFailedException, InterruptedException {
        return ServerProcess.start(contender, children, folder, Service.KAFKA, settings);
    }

    /** @param settings as in zoo.cfg, over those that all have */
    ServerProcess startZooKeeper(Map<String, String> settings) throws LoadFailedException, InterruptedException {
        return ServerProcess.start(contender, children, folder, Service.ZOOKEEPER, settings);
    }

    void less(String name, double value) {
        add(name, Figure.Better.LESS, value);
    }

    void more(String name, double value) {
        add(name, Figure.Better.MORE, value);
    }

    void note(String name, double value) {
        add(name, Figure.Better.NEITHER, value);
    }

    private void add(String name, Figure.Better better, double value) {
        figures.add(new Figure(row, name, better), contender.name(), value);
        progress.accept("    " + name + " " + Numbers.text(value));
    }

    /** What the figures of a repeat (the first is 1) are called; empty for those between the first and the last, which are not told. */
    Optional<String> warmth(int repeat) {
        if (repeat == 1) return Optional.of("fresh");
        return repeat == repeats ? Optional.of("warm") : Optional.empty();
    }

    /** A count at scale 1, scaled; at least 1. */
    long scaled(long count) {
        return Math.max(1, Math.round(count * scale));
    }

    /** Seconds at scale 1, scaled, but never too few for a figure. */
    double seconds(double atScale1) {
        return Math.max(3, Math.round(atScale1 * scale));
    }

    /** Lets time pass while a load runs. @throws InterruptedException also when the comparison is ended */
    void pass(double seconds) throws InterruptedException {
        long untilNs = System.nanoTime() + (long) (seconds * 1e9);
        while (System.nanoTime() < untilNs) {
            if (children.ended()) throw new InterruptedException();
            Thread.sleep(Math.clamp((untilNs - System.nanoTime()) / 1_000_000, 1, 100));
        }
    }
}
