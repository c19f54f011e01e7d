package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The steady load while a second consumer reads 5 GB that are not in the page cache, over and over until the load ends. */
final class ColdReadsRow implements Row {
    private static final long COLD_RECORDS = 5_000_000;

    @Override
    public String name() {
        return "cold-reads";
    }

    @Override
    public String about() {
        return "the steady load while a consumer reads 5 GB of cold data";
    }

    @Override
    public boolean usual() {
        return false;
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, IOException, InterruptedException {
        PageEviction eviction = new PageEviction();
        try (ServerProcess server = turn.start()) {
            turn.client()
                    .run(
                            server,
                            "produce cold --keep --partitions 6 --record-size 1000 --acks 1 --count "
                                    + turn.scaled(COLD_RECORDS));
            double coldMb = evict(eviction, server) / 1e6;
            loaded(turn, server, eviction);
            turn.note("cold data MB", coldMb);
        }
    }

    private static void loaded(Turn turn, ServerProcess server, PageEviction eviction)
            throws LoadFailedException, IOException, InterruptedException {
        double durationS = turn.seconds(40);
        double warmupS = durationS / 6;
        try (Client.Running steady =
                turn.client().start(server, SteadyRow.LOAD + " --duration " + durationS + " --warmup " + warmupS)) {
            steady.awaitMeasuring();
            turn.pass(warmupS);
            double readMb = 0;
            long beginNs = System.nanoTime();
            while (steady.isRunning()) {
                // a consumer in time, so that reading never ends before the load does
                readMb += turn.client().run(server, "consume cold").of("consume", "bytes") / 1e6;
                evict(eviction, server);
            }
            double readS = (System.nanoTime() - beginNs) / 1e9;
            Client.Measured measured = steady.result();
            turn.less("produce p50 ms", measured.latencyMs("produce", "p50"));
            turn.less("produce p99 ms", measured.latencyMs("produce", "p99"));
            turn.less("produce p99.9 ms", measured.latencyMs("produce", "p99.9"));
            turn.more("cold reading MB/s", readMb / readS);
        }
    }

    private static long evict(PageEviction eviction, ServerProcess server) throws IOException, LoadFailedException {
        List<Path> cold;
        try (Stream<Path> partitions = Files.list(server.dataFolder())) {
            cold = partitions
                    .filter(path -> path.getFileName().toString().startsWith("cold-"))
                    .toList();
        }
        long bytes = 0;
        for (Path partition : cold) bytes += eviction.evict(partition);
        return bytes;
    }
}
