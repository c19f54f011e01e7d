package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The steady load while a second consumer reads 5 GB for which the page cache has no room, over and over until the load ends. Takes the
 * machine's memory for as long as that lasts.
 */
final class ColdReadsRow implements Row {
    private static final long COLD_RECORDS = 5_000_000;
    private static final double CACHED_SHARE_MAX = 0.6;
    private static final long CLIENT_BYTES = 1_200L << 20; // of both

    @Override
    public String name() {
        return "cold-reads";
    }

    @Override
    public String about() {
        return "the steady load while a consumer reads 5 GB of cold data; takes most of the memory meanwhile";
    }

    @Override
    public boolean usual() {
        return false;
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, IOException, InterruptedException {
        try (ServerProcess server = turn.start()) {
            turn.client()
                    .run(
                            server,
                            "produce cold --keep --existing --partitions 6 --record-size 1000 --acks 1 --count "
                                    + turn.scaled(COLD_RECORDS));
            long coldBytes = evict(server);
            try (Ballast _ = Ballast.leaving(CLIENT_BYTES + (long) (CACHED_SHARE_MAX * coldBytes))) {
                loaded(turn, server, "", "");
                loaded(turn, server, " --rate 300MB", ", read at 300 MB/s");
            }
            turn.note("cold data MB", coldBytes / 1e6);
        }
    }

    private static void loaded(Turn turn, ServerProcess server, String pace, String name)
            throws LoadFailedException, InterruptedException {
        double durationS = turn.seconds(40);
        String times = " --duration " + durationS + " --warmup " + durationS / 4;
        // one process that goes on reading: a consumer that catches up has not just been started
        try (Client.Running steady = turn.client().start(server, SteadyRow.LOAD + times);
                Client.Running reader = turn.client().start(server, "consume cold" + times + pace)) {
            Client.Measured measured = steady.result();
            turn.less("produce p50 ms" + name, measured.latencyMs("produce", "p50"));
            turn.less("produce p99 ms" + name, measured.latencyMs("produce", "p99"));
            turn.less("produce p99.9 ms" + name, measured.latencyMs("produce", "p99.9"));
            turn.more("cold reading MB/s" + name, reader.result().of("consume", "mbPerS"));
        }
    }

    /** @return how much the cold segments have */
    private static long evict(ServerProcess server) throws IOException, LoadFailedException {
        List<Path> cold;
        try (Stream<Path> partitions = Files.list(server.dataFolder())) {
            cold = partitions
                    .filter(path -> path.getFileName().toString().startsWith("cold-"))
                    .toList();
        }
        PageEviction eviction = new PageEviction();
        long bytes = 0;
        for (Path partition : cold) bytes += eviction.evict(partition);
        return bytes;
    }
}
