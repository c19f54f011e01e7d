package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * 10,000 sessions fall silent at one moment. Each has an ephemeral node, and a watch on its neighbour's as in a queue for a lock; sessions
 * that live watch all of the nodes. Told is the time from the first that any of these hears until all know all, and the time since the
 * silence, in which the sessions' timeout is.
 *
 * <p>Both servers round the end of a session up to a multiple of tickTime on the machine's monotonic clock. All sessions are heard of last
 * within one tick, so that they end together; those of two ticks would end two seconds apart, whatever the server does.
 */
final class ZooKeeperExpiryRow implements ZooKeeperRow {
    private static final long SESSIONS = 10_000;
    private static final int AT_ONCE = 250;
    private static final int WATCHERS = 10;
    private static final int TIMEOUT_MS = 30_000;
    private static final int WATCHER_TIMEOUT_MS = 40_000;
    private static final double PING_S = 5;
    private static final double TOLD_S_MAX = 120;
    private static final int ATTEMPTS_MAX = 10;
    /** By when a ping that was sent has been read by the server. */
    private static final long HEARD_NS_MAX = 500_000_000L;

    @Override
    public String name() {
        return "zk-expiry";
    }

    @Override
    public String about() {
        return "ZooKeeper, 10,000 sessions with an ephemeral and a watch each expire at once: until all watchers know";
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, IOException, ExecutionException, InterruptedException {
        int count = (int) turn.scaled(SESSIONS);
        List<ZooKeeperSession> open = new ArrayList<>();
        try (ServerProcess server = turn.startZooKeeper(Map.of())) {
            List<ZooKeeperSession> sessions = begin(server, count, open, turn);
            List<FutureTask<long[]>> told = new ArrayList<>();
            List<ZooKeeperSession> watchers = new ArrayList<>();
            for (int w = 0; w < WATCHERS; w++) {
                int from = (int) ((long) w * count / WATCHERS);
                int to = (int) ((long) (w + 1) * count / WATCHERS);
                ZooKeeperSession watcher = new ZooKeeperSession(server.port(), WATCHER_TIMEOUT_MS);
                open.add(watcher);
                watchers.add(watcher);
                for (int i = from; i < to; i++) watcher.exists(path(i), true);
                watcher.send();
                watcher.begun();
                for (int i = from; i < to; i++) require(watcher.reply());
                FutureTask<long[]> task = new FutureTask<>(() -> hear(watcher, to - from));
                told.add(task);
                Thread.ofVirtual().start(task);
            }
            pingWithinOneTick(sessions, turn);
            long silentNs = System.nanoTime();
            double cpuS = server.figures().cpuS();
            while (!told.stream().allMatch(FutureTask::isDone)) {
                if (System.nanoTime() - silentNs > TOLD_S_MAX * 1e9)
                    throw new LoadFailedException("Not all watchers were told in " + TOLD_S_MAX + " s.");
                pingAll(watchers);
                for (double waited = 0; waited < PING_S && !told.stream().allMatch(FutureTask::isDone); waited += 0.05)
                    turn.pass(0.05);
            }
            long firstNs = Long.MAX_VALUE;
            long lastNs = Long.MIN_VALUE;
            for (FutureTask<long[]> task : told) {
                firstNs = Math.min(firstNs, task.get()[0] - silentNs);
                lastNs = Math.max(lastNs, task.get()[1] - silentNs);
            }
            turn.less("first to last event s", (lastNs - firstNs) / 1e9);
            turn.note("silence to last event s", lastNs / 1e9);
            turn.less("server CPU s since the silence", server.figures().cpuS() - cpuS);
        } finally {
            for (ZooKeeperSession session : open) session.close();
        }
    }

    private static void pingWithinOneTick(List<ZooKeeperSession> sessions, Turn turn)
            throws IOException, LoadFailedException, InterruptedException {
        long tickNs = ServerProcess.ZOOKEEPER_TICK_MS * 1_000_000L;
        for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
            turn.pass((tickNs - Math.floorMod(System.nanoTime(), tickNs)) / 1e9);
            long tick = Math.floorDiv(System.nanoTime(), tickNs);
            pingAll(sessions);
            long heardNs = System.nanoTime() + HEARD_NS_MAX;
            if (Math.floorDiv(heardNs, tickNs) == tick) return;
        }
        throw new LoadFailedException("The sessions could not be heard of within one tick of "
                + ServerProcess.ZOOKEEPER_TICK_MS + " ms; run this row when the machine is less busy.");
    }

    private static void pingAll(List<ZooKeeperSession> sessions) throws IOException {
        for (ZooKeeperSession session : sessions) {
            session.ping();
            session.send();
        }
    }

    private static String path(int index) {
        return "/ephemeral" + index;
    }

    /** The sessions, each with its node and its watch. */
    private static List<ZooKeeperSession> begin(ServerProcess server, int count, List<ZooKeeperSession> open, Turn turn)
            throws IOException, LoadFailedException, InterruptedException {
        List<ZooKeeperSession> sessions = new ArrayList<>();
        long pingedNs = System.nanoTime();
        for (int from = 0; from < count; from += AT_ONCE) {
            List<ZooKeeperSession> some = new ArrayList<>();
            for (int i = from; i < Math.min(count, from + AT_ONCE); i++) {
                ZooKeeperSession session = new ZooKeeperSession(server.port(), TIMEOUT_MS);
                open.add(session);
                some.add(session);
                session.createEphemeral(path(i), new byte[0]);
                session.exists(path(Math.max(0, i - 1)), true);
                session.send();
            }
            for (ZooKeeperSession session : some) {
                session.begun();
                require(session.reply());
                session.reply(); // the watch is there, whether the neighbour's node is there already or not
            }
            sessions.addAll(some);
            turn.pass(0);
            if (System.nanoTime() - pingedNs < PING_S * 1e9) continue;
            pingAll(sessions);
            pingedNs = System.nanoTime();
        }
        return sessions;
    }

    private static void require(ZooKeeperSession.Reply reply) throws LoadFailedException {
        if (reply.error() != 0)
            throw new LoadFailedException("A node or a watch was refused, error " + reply.error() + ".");
    }

    /** @return when the first and when the last event came, {@link System#nanoTime} */
    private static long[] hear(ZooKeeperSession watcher, int events) throws IOException {
        long firstNs = 0;
        for (int heard = 0; heard < events; ) {
            if (!watcher.reply().isEvent()) continue; // of a ping
            if (heard++ == 0) firstNs = System.nanoTime();
        }
        return new long[] {firstNs, System.nanoTime()};
    }
}
