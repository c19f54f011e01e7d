package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.util.Map;

/**
 * One session with one request under way, nodes of 1 KB, on a server that has been at work before; and the client too, since on a small machine its compiler takes
 * the core that the server needs, for milliseconds in one of a hundred requests.
 */
final class ZooKeeperLatencyRow implements ZooKeeperRow {
    private static final int SETS = 10_000;
    private static final int GETS = 25_000;
    private static final int SERVER_WARMUP = 100_000;

    @Override
    public String name() {
        return "zk-latency";
    }

    @Override
    public String about() {
        return "ZooKeeper, one request at a time on a warm server, nodes of 1 KB: how long a set and a get take";
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, IOException, InterruptedException {
        try (ServerProcess server = turn.startZooKeeper(Map.of())) {
            turn.client()
                    .run(
                            server,
                            "zookeeper set:%d mixed:%d "
                                            .formatted(turn.scaled(SERVER_WARMUP), turn.scaled(2 * SERVER_WARMUP))
                                    + ZooKeeperThroughputRow.warmup(turn));
            Client.Measured measured = turn.client()
                    .run(
                            server,
                            "zookeeper set:%d get:%d --sessions 1 --outstanding 1 --warmup set:%d --warmup get:%d"
                                    .formatted(
                                            turn.scaled(SETS),
                                            turn.scaled(GETS),
                                            turn.scaled(2 * SETS),
                                            turn.scaled(2 * GETS)));
            turn.less("set p50 ms", measured.latencyMs("set", "p50"));
            turn.less("set p99 ms", measured.latencyMs("set", "p99"));
            turn.note("set p99.9 ms", measured.latencyMs("set", "p99.9"));
            turn.less("get p50 ms", measured.latencyMs("get", "p50"));
            turn.note("get p99 ms", measured.latencyMs("get", "p99"));
        }
    }
}
