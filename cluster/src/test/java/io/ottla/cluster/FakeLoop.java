package io.ottla.cluster;

import io.ottla.base.Clock;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;

/** A loop that runs what waits when it is told to; its time stands still unless it is moved. */
final class FakeLoop implements Clock, Executor {
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    long nowMs = 1_700_000_000_000L;

    /** Runs tasks until none is left. */
    void drain() {
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
        throw new UnsupportedOperationException("nothing here waits");
    }
}
