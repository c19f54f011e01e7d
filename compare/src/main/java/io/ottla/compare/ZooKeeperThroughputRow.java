package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Eight sessions with 64 requests under way each, nodes of 1 KB: requests a second. */
final class ZooKeeperThroughputRow implements ZooKeeperRow {
    private static final int COUNT = 100_000;
    private static final int SESSIONS = 8;
    private static final int OUTSTANDING = 64;

    @Override
    public String name() {
        return "zk-throughput";
    }

    @Override
    public String about() {
        return "ZooKeeper, 8 sessions with 64 requests under way each, nodes of 1 KB: set, create, get, and 10 reads to a write";
    }

    /** What both servers and clients are warm after. */
    static String warmup(Turn turn) {
        return "--sessions " + SESSIONS + " --outstanding " + OUTSTANDING + " --warmup set:" + turn.scaled(COUNT / 4)
                + " --warmup get:" + turn.scaled(COUNT / 2);
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, IOException, InterruptedException {
        try (ServerProcess server = turn.startZooKeeper(Map.of())) {
            for (int repeat = 1; repeat <= turn.repeats(); repeat++) {
                double before = server.figures().cpuS();
                Client.Measured measured = turn.client()
                        .run(
                                server,
                                "zookeeper set:%d get:%d create:%d mixed:%d "
                                                .formatted(
                                                        turn.scaled(COUNT),
                                                        turn.scaled(4 * COUNT),
                                                        turn.scaled(COUNT / 2),
                                                        turn.scaled(2 * COUNT))
                                        + warmup(turn));
                double cpuS = server.figures().cpuS() - before;
                turn.warmth(repeat).ifPresent(warmth -> {
                    for (String kind : List.of("set", "create", "get", "mixed"))
                        turn.more(kind + ", " + warmth + ": requests/s", measured.of(kind, "opsPerS"));
                    turn.less("all of it, " + warmth + ": server CPU s", cpuS);
                });
            }
            turn.less("RSS after it MB", server.figures().rssMb());
        }
    }
}
