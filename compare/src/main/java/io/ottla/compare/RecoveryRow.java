package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/**
 * 20 GB in one partition, then kill -9: until the end offset is answered again. The finished segments are flushed and the recovery point is
 * written, which both servers do once a minute; the last segment is not.
 */
final class RecoveryRow implements Row {
    private static final long RECORDS = 20_900_000;
    private static final double CHECKPOINT_S = 65;

    @Override
    public String name() {
        return "recovery";
    }

    @Override
    public String about() {
        return "kill -9 with 20 GB of log and its last segment not flushed: until the end offset is answered";
    }

    @Override
    public boolean usual() {
        return false;
    }

    @Override
    public long diskBytes() {
        return 24_000_000_000L;
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, IOException, ExecutionException, InterruptedException {
        long records = turn.scaled(RECORDS);
        Map<String, Integer> topic = Map.of("large", 1);
        try (ServerProcess server = turn.start()) {
            turn.client().run(server, "produce large --keep --record-size 1000 --acks 1 --count " + records);
            turn.pass(turn.scale() < 0.1 ? 1 : CHECKPOINT_S);
            try (Cluster cluster = new Cluster(server)) {
                same(records, cluster.endOffsets(topic));
            }
            turn.note("not flushed MB", lastSegment(server.dataFolder().resolve("large-0")) / 1e6);
            server.kill();
            server.start();
            long answeredNs = System.nanoTime();
            turn.less("first answer s", server.startS());
            try (Cluster cluster = new Cluster(server)) {
                same(records, cluster.endOffsets(topic));
            }
            turn.less("end offset answered s", server.startS() + PartitionsRow.secondsSince(answeredNs));
        }
    }

    private static void same(long written, long found) throws LoadFailedException {
        if (written != found)
            throw new LoadFailedException(written + " records were acknowledged, and the end offset is " + found + ".");
    }

    private static long lastSegment(Path partition) throws IOException {
        try (Stream<Path> files = Files.list(partition)) {
            List<Path> segments = files.filter(file -> file.toString().endsWith(".log"))
                    .sorted(Comparator.comparing(Path::getFileName))
                    .toList();
            return segments.isEmpty() ? 0 : Files.size(segments.getLast());
        }
    }
}
