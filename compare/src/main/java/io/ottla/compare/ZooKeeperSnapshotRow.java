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

/** Eight sessions with 64 sets outstanding each while snapshots of a million nodes are taken: how long the sets took that were sent meanwhile. */
final class ZooKeeperSnapshotRow implements ZooKeeperRow {
    private static final long SETS = 2_000_000;
    /** So that some snapshots are taken, with some time between. */
    private static final int SNAP_COUNT = 400_000;

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
        return "ZooKeeper, 8 sessions with 64 sets outstanding each, snapshots of 1,000,000 nodes of 100 B: the sets meanwhile";
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, IOException, InterruptedException {
        Path folder = ServerProcess.zooKeeperFolder(turn.folder());
        new ZooKeeperData(turn.scaled(ZooKeeperStartRow.ZNODES)).write(folder, 0);
        long sets = turn.scaled(SETS);
        int snapCount = (int) Math.max(100, turn.scaled(SNAP_COUNT));
        Path samples = turn.folder().resolve("samples");
        try (ServerProcess server = turn.startZooKeeper(Map.of("snapCount", String.valueOf(snapCount)))) {
            List<Path> before = snapshots(folder);
            Client.Measured measured = turn.client()
                    .run(
                            server.bootstrap(),
                            "zookeeper set:%d --sessions 8 --outstanding 64 --size %d --warmup set:%d --samples"
                                    .formatted(sets, ZooKeeperData.DATA_BYTES, snapCount / 4),
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
