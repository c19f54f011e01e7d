package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import io.ottla.load.StopSignal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.zookeeper.AsyncCallback;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.apache.zookeeper.ZKUtil;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.ZooKeeper;

/** Loads any ZooKeeper server through Apache's client: steps one after another, over the same sessions. */
public final class ZooKeeperLoad {
    /** What a step does: all on a thousand nodes, but for create, which makes ephemeral ones. */
    public enum Kind {
        SET,
        GET,
        CREATE,
        /** Ten reads to one write. */
        MIXED;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** So many requests of a kind. */
    public record Step(Kind kind, int count) {
        /** Every request is kept until the end, about 50 bytes each, and a bench has a heap of 512 MB. */
        private static final int COUNT_MAX = 5_000_000;

        /** @param text such as {@code set:100000} */
        public static Step of(String text) throws LoadFailedException {
            String[] parts = text.split(":", -1);
            for (Kind kind : Kind.values())
                if (parts.length == 2 && parts[0].equals(kind.text()) && parts[1].matches("[1-9]\\d{0,8}")) {
                    int count = Integer.parseInt(parts[1]);
                    if (count <= COUNT_MAX) return new Step(kind, count);
                }
            throw new LoadFailedException(
                    "'%s' is no step: it takes set, get, create or mixed, and how many, such as set:100000, up to %d."
                            .formatted(text, COUNT_MAX));
        }
    }

    /**
     * @param servers as a client's connection string
     * @param outstanding how many requests a session has unanswered at most
     * @param dataBytes of each node
     * @param ratePerS over all sessions; 0 is as fast as the answers come
     */
    public record Plan(
            String servers,
            int sessions,
            int outstanding,
            int dataBytes,
            double ratePerS,
            List<Step> warmup,
            List<Step> steps) {}

    /** One request that was answered. @param dueUs since 1970, when it was sent, or due if there is a rate */
    public record Sample(long dueUs, long latencyUs) {}

    /** @param samples in the order of the requests of each session, session by session */
    public record Track(Kind kind, double opsPerS, List<Sample> samples) {
        public Map<String, Object> toMap() {
            long[] us = samples.stream().mapToLong(Sample::latencyUs).toArray();
            Arrays.sort(us);
            Map<String, Object> latencies = new LinkedHashMap<>();
            latencies.put("p50", latencyMs(us, 0.5));
            latencies.put("p99", latencyMs(us, 0.99));
            latencies.put("p99.9", latencyMs(us, 0.999));
            latencies.put("max", latencyMs(us, 1));
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("track", kind.text());
            map.put("requests", us.length);
            map.put("opsPerS", opsPerS);
            map.put("latencyMs", latencies);
            return map;
        }

        /** @param us sorted */
        static double latencyMs(long[] us, double quantile) {
            if (us.length == 0) return 0;
            return us[(int) Math.min(us.length - 1L, (long) (us.length * quantile))] / 1000.0;
        }
    }

    private static final int NODES = 1000;
    private static final int REMOVED_AT_ONCE = 100;
    private static final int MIXED_EVERY = 11;
    private static final int SESSION_TIMEOUT_MS = 30_000;
    private static final int CONNECT_S_MAX = 30;
    private static final int ANSWERS_S_MAX = 120;

    private final Plan plan;
    private final StopSignal stop;
    private final byte[] data;
    private final String root = "/ottla-bench-" + System.nanoTime();
    private final List<ZooKeeper> clients = new ArrayList<>();
    private final AtomicInteger created = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private volatile int firstFailure;

    private ZooKeeperLoad(Plan plan, StopSignal stop) {
        this.plan = plan;
        this.stop = stop;
        data = "x".repeat(plan.dataBytes).getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Carries out the steps until all are done or {@code stop} is asked for, and removes what it made.
     *
     * @param told hears of each step as it ends
     * @return the steps that were carried out to their end
     */
    public static List<Track> run(Plan plan, StopSignal stop, Consumer<Track> told)
            throws LoadFailedException, InterruptedException {
        ZooKeeperLoad load = new ZooKeeperLoad(plan, stop);
        try {
            load.connect();
            return load.run(told);
        } catch (IOException e) {
            throw load.failed(e);
        } finally {
            for (ZooKeeper client : load.clients) client.close();
        }
    }

    private LoadFailedException failed(Exception cause) {
        return new LoadFailedException("The server at " + plan.servers + " failed: " + cause.getMessage() + ".");
    }

    private List<Track> run(Consumer<Track> told) throws LoadFailedException, InterruptedException {
        List<Track> tracks = List.of();
        Optional<LoadFailedException> failure = Optional.empty();
        try {
            makeNodes();
            tracks = steps(told);
        } catch (KeeperException e) {
            failure = Optional.of(failed(e));
        } catch (LoadFailedException e) {
            failure = Optional.of(e);
        }
        if (!removeNodes())
            throw new LoadFailedException(failure.map(why -> why.getMessage() + " ")
                            .orElse("") + "What the load made is left below " + root + ".");
        if (failure.isPresent()) throw failure.get();
        return tracks;
    }

    private void makeNodes() throws KeeperException, InterruptedException {
        ZooKeeper client = clients.getFirst();
        client.create(root, data, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
        for (int i = 0; i < NODES && !stop.asked(); i++)
            client.create(path(i), data, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.PERSISTENT);
    }

    private List<Track> steps(Consumer<Track> told) throws LoadFailedException, InterruptedException {
        List<Track> tracks = new ArrayList<>();
        for (Step step : plan.warmup) {
            if (stop.asked()) return tracks;
            step(step, 0);
        }
        for (Step step : plan.steps) {
            if (stop.asked()) return tracks;
            Track track = step(step, plan.ratePerS);
            if (stop.asked()) return tracks;
            told.accept(track);
            tracks.add(track);
        }
        return tracks;
    }

    /** @return whether nothing is left */
    private boolean removeNodes() throws InterruptedException {
        if (!clients.getFirst().getState().isConnected()) return false;
        try {
            return ZKUtil.deleteRecursive(clients.getFirst(), root, REMOVED_AT_ONCE);
        } catch (KeeperException.NoNodeException e) {
            return true;
        } catch (KeeperException e) {
            return false;
        }
    }

    private void connect() throws IOException, LoadFailedException, InterruptedException {
        for (int i = 0; i < plan.sessions; i++) {
            CountDownLatch connected = new CountDownLatch(1);
            clients.add(new ZooKeeper(plan.servers, SESSION_TIMEOUT_MS, event -> {
                if (event.getState() == KeeperState.SyncConnected) connected.countDown();
            }));
            if (!connected.await(CONNECT_S_MAX, TimeUnit.SECONDS))
                throw new LoadFailedException(
                        "No ZooKeeper server answered at " + plan.servers + " in " + CONNECT_S_MAX + " s.");
        }
    }

    private String path(int index) {
        return root + "/k" + index % NODES;
    }

    private Track step(Step step, double ratePerS) throws LoadFailedException, InterruptedException {
        long[][] dueNs = new long[clients.size()][];
        long[][] tookNs = new long[clients.size()][];
        List<Thread> threads = new ArrayList<>();
        long beginNs = System.nanoTime();
        long beginUs = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
        AtomicInteger unanswered = new AtomicInteger();
        for (int s = 0; s < clients.size(); s++) {
            int session = s;
            int count = step.count / clients.size() + (s < step.count % clients.size() ? 1 : 0);
            dueNs[s] = new long[count];
            tookNs[s] = new long[count];
            Pacing pacing =
                    i -> ratePerS > 0 ? beginNs + (long) ((i * (long) clients.size() + session) / ratePerS * 1e9) : 0;
            threads.add(Thread.ofPlatform()
                    .start(() -> unanswered.addAndGet(
                            session(step.kind, session, pacing, dueNs[session], tookNs[session]))));
        }
        for (Thread thread : threads) thread.join();
        double seconds = (System.nanoTime() - beginNs) / 1e9;
        if (unanswered.get() > 0)
            throw new LoadFailedException(unanswered + " requests were not answered in " + ANSWERS_S_MAX + " s.");
        if (failures.get() > 0)
            throw new LoadFailedException(
                    failures + " requests failed, the first with " + KeeperException.Code.get(firstFailure) + ".");
        List<Sample> samples = new ArrayList<>(step.count);
        for (int s = 0; s < clients.size(); s++)
            for (int i = 0; i < dueNs[s].length; i++)
                samples.add(new Sample(beginUs + (dueNs[s][i] - beginNs) / 1000, tookNs[s][i] / 1000));
        return new Track(step.kind, samples.size() / seconds, samples);
    }

    /** When a request is due, {@link System#nanoTime}; 0 is at once. */
    private interface Pacing {
        long dueNs(int index);
    }

    /** All requests of one session. @return how many were left unanswered */
    private int session(Kind kind, int session, Pacing pacing, long[] dueNs, long[] tookNs) {
        Semaphore free = new Semaphore(plan.outstanding);
        try {
            for (int i = 0; i < dueNs.length && !stop.asked(); i++) {
                long due = pacing.dueNs(i);
                for (long left = due - System.nanoTime(); due != 0 && left > 0; left = due - System.nanoTime())
                    LockSupport.parkNanos(left);
                free.acquire();
                int index = i;
                dueNs[index] = due == 0 ? System.nanoTime() : due;
                request(kind, clients.get(session), session * dueNs.length + i, rc -> {
                    tookNs[index] = System.nanoTime() - dueNs[index];
                    if (rc != 0 && failures.getAndIncrement() == 0) firstFailure = rc;
                    free.release();
                });
            }
            if (free.tryAcquire(plan.outstanding, ANSWERS_S_MAX, TimeUnit.SECONDS)) return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return plan.outstanding - free.availablePermits();
    }

    private interface Done {
        void answered(int rc);
    }

    private void request(Kind kind, ZooKeeper client, int index, Done done) {
        switch (kind) {
            case SET -> client.setData(path(index), data, -1, (rc, path, context, stat) -> done.answered(rc), "");
            case GET ->
                client.getData(
                        path(index),
                        false,
                        (AsyncCallback.DataCallback) (rc, path, context, bytes, stat) -> done.answered(rc),
                        "");
            case CREATE ->
                client.create(
                        root + "/c" + created.getAndIncrement(),
                        data,
                        ZooDefs.Ids.OPEN_ACL_UNSAFE,
                        CreateMode.EPHEMERAL,
                        (AsyncCallback.StringCallback) (rc, path, context, name) -> done.answered(rc),
                        "");
            case MIXED -> request(index % MIXED_EVERY == 0 ? Kind.SET : Kind.GET, client, index, done);
        }
    }
}
