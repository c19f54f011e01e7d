package io.ottla.load;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Carries out a {@link LoadPlan} against a broker and measures it. */
public final class Load {
    private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
    /** How long threads get to leave when the load was ended early. */
    private static final long LEAVE_NS = TimeUnit.SECONDS.toNanos(3);

    /** Is told each second how it goes, on the thread that called {@link #run}. */
    public interface Observer {
        /**
         * @param elapsedS since the load began, warm-up included
         * @param warming whether this second is of the warm-up and will not count
         * @param tracks by name, producers first
         */
        void second(double elapsedS, boolean warming, Map<String, Second> tracks);
    }

    private final Run run;
    private final List<Track> tracks = new ArrayList<>();
    private final StopSignal stop;
    private final Observer observer;
    private boolean warming;

    private Load(LoadPlan plan, Clients clients, StopSignal stop, Observer observer) {
        run = new Run(plan, clients, new SecureRandom().nextLong());
        if (plan.producers() > 0) tracks.add(run.produced);
        if (plan.consumers() > 0) tracks.add(run.consumed);
        this.stop = stop;
        this.observer = observer;
        warming = plan.warmupS() > 0;
    }

    /**
     * Runs until the plan is fulfilled or {@code stop} is asked for, and gives what was measured until then.
     *
     * @param settings what to write into the report about the clients
     * @throws LoadFailedException if a client could not begin, or not one record came through
     */
    public static LoadResult run(
            LoadPlan plan, Clients clients, Map<String, Object> settings, StopSignal stop, Observer observer)
            throws LoadFailedException, InterruptedException {
        return new Load(plan, clients, stop, observer).run(settings);
    }

    private LoadResult run(Map<String, Object> settings) throws LoadFailedException, InterruptedException {
        LoadPlan plan = run.plan;
        for (int i = 0; i < plan.consumers(); i++) start("bench-consumer-" + i, new Receiver(run, i));
        for (int i = 0; i < plan.producers(); i++) start("bench-producer-" + i, new Sender(run, i));
        if (run.awaitReady(stop)) measure();
        boolean interrupted = stop.asked();
        if (interrupted) {
            run.stop();
            run.awaitEnd(LEAVE_NS);
        }
        long endNs = System.nanoTime();
        for (Track track : tracks) track.sample(endNs);
        List<TrackResult> results = tracks.stream().map(Track::result).toList();
        if (run.fault() != null) throw failed(run.fault().getMessage(), run.fault());
        Optional<String> firstError = Optional.ofNullable(run.firstError());
        if (!interrupted && firstError.isPresent() && results.stream().allMatch(result -> result.records() == 0))
            throw failed(firstError.get(), null);
        return new LoadResult(plan, settings, results, firstError, interrupted);
    }

    private LoadFailedException failed(String why, Throwable cause) {
        String reason = why == null ? cause.getClass().getSimpleName() : why;
        return new LoadFailedException(
                "The load on topic " + run.plan.topic() + " failed: " + reason + (reason.endsWith(".") ? "" : "."),
                cause);
    }

    private void measure() throws InterruptedException {
        long startNs = System.nanoTime();
        run.begin(startNs);
        long warmNs = startNs + (long) (run.plan.warmupS() * 1e9);
        long nextNs = startNs + SECOND_NS;
        while (!stop.asked()) {
            long untilNs = warming ? Math.min(nextNs, warmNs) : nextNs;
            if (awaitEnd(untilNs)) return;
            long nowNs = System.nanoTime();
            if (stop.asked()) return;
            tick(startNs, nowNs);
            if (warming && nowNs >= warmNs) {
                warming = false;
                for (Track track : tracks) track.forget(nowNs);
            }
            while (nextNs <= nowNs) nextNs += SECOND_NS;
        }
    }

    /** @return whether the load is over; looks up several times a second, so that Ctrl-C is answered */
    private boolean awaitEnd(long untilNs) throws InterruptedException {
        while (!stop.asked()) {
            long leftNs = untilNs - System.nanoTime();
            if (run.awaitEnd(Math.clamp(leftNs, 0, SECOND_NS / 10))) return true;
            if (leftNs <= 0) return false;
        }
        return false;
    }

    private void tick(long startNs, long nowNs) {
        Map<String, Second> seconds = new LinkedHashMap<>();
        for (Track track : tracks) seconds.put(track.name(), track.sample(nowNs));
        observer.second((nowNs - startNs) / 1e9, warming, seconds);
    }

    private static void start(String name, Runnable task) {
        Thread.ofPlatform().daemon().name(name).start(task);
    }
}
