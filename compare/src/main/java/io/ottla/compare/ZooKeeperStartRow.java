package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.util.Map;

/** Process start to the first read answered, with a million nodes in the snapshot and 100,000 transactions in the log. */
final class ZooKeeperStartRow implements ZooKeeperRow {
    static final long ZNODES = 1_000_000;
    private static final long TXNS = 100_000;

    @Override
    public String name() {
        return "zk-start";
    }

    @Override
    public String about() {
        return "ZooKeeper, start with 1,000,000 nodes of 100 B in the snapshot and 100,000 transactions in the log: until a session reads";
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, IOException, InterruptedException {
        new ZooKeeperData(turn.scaled(ZNODES)).write(ServerProcess.zooKeeperFolder(turn.folder()), turn.scaled(TXNS));
        try (ServerProcess server = turn.startZooKeeper(Map.of())) {
            turn.less("first answer s", server.startS());
            turn.less("server CPU s", server.figures().cpuS());
            turn.less("RSS MB", server.figures().rssMb());
            requireNode(server, ZooKeeperData.path(turn.scaled(ZNODES) - 1));
        }
    }

    /** That what was measured is a server with all of it. */
    static void requireNode(ServerProcess server, String path) throws LoadFailedException, IOException {
        try (ZooKeeperSession session = new ZooKeeperSession(server.port(), 10_000)) {
            session.exists(path, false);
            session.send();
            session.begun();
            if (session.reply().error() != 0) throw new LoadFailedException("The server has no node " + path + ".");
            session.end();
        }
    }
}
