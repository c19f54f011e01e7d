package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A steady load of sets while snapshots of a million nodes are taken: how long the sets took that were due meanwhile. */
final class ZooKeeperSnapshotRow implements ZooKeeperRow {
    private static final int RATE_PER_S = 1000;
    private static final double DURATION_S = 60;
    /** So that a snapshot begins every ten to twenty seconds. */
    private static final int SNAP_COUNT = 20_000;

    /** From the first to the last byte of a snapshot, microseconds since 1970. */
    record Span(long beginUs, long endUs) {
        boolean holds(long us) {
            return us >= beginUs && us <= endUs;
        }
    }

    @Override
    public String name() {
        return "zk-snapshot";
    }

    @Override
    public String about() {
        return "ZooKeeper, 1,000 sets a second while snapshots of 1,000,000 nodes of 100 B are taken: the sets in that time";
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, IOException, InterruptedException {
        Path folder = ServerProcess.zooKeeperFolder(turn.folder());
        new ZooKeeperData(turn.scaled(ZooKeeperStartRow.ZNODES)).write(folder, 0);
        double durationS = turn.seconds(DURATION_S);
        int snapCount = (int) Math.max(100, SNAP_COUNT * Math.min(1, durationS / DURATION_S));
        Path samples = turn.folder().resolve("samples");
        try (ServerProcess server = turn.startZooKeeper(Map.of("snapCount", String.valueOf(snapCount)))) {
            List<Path> before = snapshots(folder);
            Client.Measured measured = turn.client()
                    .run(
                            server.bootstrap(),
                            "zookeeper set:%d --rate %d --sessions 8 --outstanding 1000 --size %d --warmup set:%d --samples"
                                    .formatted(
                                            (long) (durationS * RATE_PER_S),
                                            RATE_PER_S,
                                            ZooKeeperData.DATA_BYTES,
                                            snapCount / 4),
                            samples.toString());
            List<Span> spans = new ArrayList<>();
            List<Path> taken = snapshots(folder);
            taken.removeAll(before);
            for (Path snapshot : taken) spans.add(span(snapshot));
            long[] us = during(Files.readAllLines(samples), spans);
            if (us.length == 0) throw new LoadFailedException("No set was due while a snapshot was taken.");
            turn.less("set p99.9 ms", ZooKeeperLoad.Track.latencyMs(us, 0.999));
            turn.less("set p99 ms", ZooKeeperLoad.Track.latencyMs(us, 0.99));
            turn.less("set max ms", ZooKeeperLoad.Track.latencyMs(us, 1));
            turn.note("set p99.9 ms, with the time between", measured.latencyMs("set", "p99.9"));
            turn.note("snapshots", spans.size());
            turn.note(
                    "seconds each",
                    spans.stream().mapToLong(span -> span.endUs - span.beginUs).sum() / 1e6 / spans.size());
        }
    }

    private static List<Path> snapshots(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("version-2"))) {
            return new ArrayList<>(
                    files.filter(file -> file.getFileName().toString().startsWith("snapshot."))
                            .toList());
        }
    }

    /** When the file was made and when it was written last, whatever it was called meanwhile. */
    private static Span span(Path snapshot) throws IOException {
        BasicFileAttributes of = Files.readAttributes(snapshot, BasicFileAttributes.class);
        return new Span(
                of.creationTime().to(TimeUnit.MICROSECONDS),
                of.lastModifiedTime().to(TimeUnit.MICROSECONDS));
    }

    /**
     * @param samples a line each, {@code DUE_US LATENCY_US}
     * @return the latencies of those that were due within the spans, sorted
     */
    static long[] during(List<String> samples, List<Span> spans) {
        long[] us = samples.stream()
                .map(line -> line.split(" ", 2))
                .filter(sample -> spans.stream().anyMatch(span -> span.holds(Long.parseLong(sample[0]))))
                .mapToLong(sample -> Long.parseLong(sample[1]))
                .toArray();
        Arrays.sort(us);
        return us;
    }
}
