package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a million nodes take, and a million watches: the heap after all garbage was collected, beyond what an empty server has, and the
 * memory of the process.
 */
final class ZooKeeperMemoryRow implements ZooKeeperRow {
    private static final long WATCHES = 1_000_000;
    private static final int SESSIONS = 100;
    private static final int AT_ONCE = 500;
    private static final int TIMEOUT_MS = 40_000;

    @Override
    public String name() {
        return "zk-memory";
    }

    @Override
    public String about() {
        return "ZooKeeper, memory with 1,000,000 nodes of 100 B, and then with 1,000,000 watches of 100 sessions";
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, IOException, InterruptedException {
        double emptyMb;
        try (ServerProcess server = turn.startZooKeeper(Map.of())) {
            emptyMb = JavaHeap.usedMb(server);
            turn.note("empty: heap after GC MB", emptyMb);
            server.stop();
        }
        long znodes = turn.scaled(ZooKeeperStartRow.ZNODES);
        Folders.remove(ServerProcess.zooKeeperFolder(turn.folder()));
        new ZooKeeperData(znodes).write(ServerProcess.zooKeeperFolder(turn.folder()), 0);
        List<ZooKeeperSession> sessions = new ArrayList<>();
        try (ServerProcess server = turn.startZooKeeper(Map.of())) {
            ZooKeeperStartRow.requireNode(server, ZooKeeperData.path(znodes - 1));
            double nodesMb = JavaHeap.usedMb(server);
            turn.less("nodes: heap after GC MB", nodesMb - emptyMb);
            turn.less("nodes: RSS MB", server.figures().rssMb());
            long watches = turn.scaled(WATCHES);
            for (int s = 0; s < SESSIONS; s++) {
                ZooKeeperSession session = new ZooKeeperSession(server.port(), TIMEOUT_MS);
                sessions.add(session);
                session.send();
                session.begun();
                watch(session, s * watches / SESSIONS, (s + 1) * watches / SESSIONS, znodes);
            }
            for (ZooKeeperSession session : sessions) {
                session.ping();
                session.send();
            }
            turn.less("watches: heap after GC MB", JavaHeap.usedMb(server) - nodesMb);
            turn.less("nodes and watches: RSS MB", server.figures().rssMb());
        } finally {
            for (ZooKeeperSession session : sessions) session.close();
        }
    }

    private static void watch(ZooKeeperSession session, long from, long to, long znodes)
            throws IOException, LoadFailedException {
        for (long i = from; i < to; i += AT_ONCE) {
            long end = Math.min(to, i + AT_ONCE);
            for (long w = i; w < end; w++) session.exists(ZooKeeperData.path(w % znodes), true);
            session.send();
            for (long w = i; w < end; w++) {
                ZooKeeperSession.Reply reply = session.reply();
                if (reply.error() != 0)
                    throw new LoadFailedException("A watch was refused, error " + reply.error() + ".");
            }
        }
    }
}
