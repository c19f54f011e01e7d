package io.ottla.cluster;

import io.ottla.base.Clock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/** A loop that runs what waits when it is told to; its time stands still unless it is moved. */
final class FakeLoop implements Clock, Executor {
    private record Due(long atMs, Runnable task) {}

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private final List<Due> timers = new ArrayList<>();
    long nowMs = 1_700_000_000_000L;

    /** Runs tasks until none is left that is due. */
    void drain() {
        for (Due due : List.copyOf(timers)) {
            if (due.atMs > nowMs) continue;
            timers.remove(due);
            tasks.add(due.task);
        }
        for (int budget = 1_000_000; !tasks.isEmpty(); budget--) {
            if (budget == 0) throw new IllegalStateException("the loop never comes to rest");
            tasks.remove().run();
        }
    }

    @Override
    public long nowMs() {
        return nowMs;
    }

    @Override
    public long monotonicNs() {
        return nowMs * 1_000_000;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Timer after(long delayMs, Runnable task) {
        Due due = new Due(nowMs + delayMs, task);
        timers.add(due);
        return () -> timers.remove(due);
    }
}
