package io.ottla.partition;

import io.ottla.base.Clock;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.PriorityQueue;

/** Time that passes only when a test says so. */
public final class VirtualClock implements Clock {
    private record Due(long atMs, long number, Runnable task) {}

    private final PriorityQueue<Due> timers =
            new PriorityQueue<>(Comparator.comparingLong(Due::atMs).thenComparingLong(Due::number));
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private long nowMs = 1_700_000_000_000L;
    private long number;

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
        Due due = new Due(nowMs + delayMs, number++, task);
        timers.add(due);
        return () -> timers.remove(due);
    }

    /** Runs what is due now. */
    public void settle() {
        while (true) {
            if (!tasks.isEmpty()) tasks.remove().run();
            else if (!timers.isEmpty() && timers.peek().atMs <= nowMs)
                timers.remove().task.run();
            else return;
        }
    }

    /** Lets time pass, stopping at each timer. */
    public void advance(long ms) {
        settle();
        long end = nowMs + ms;
        while (!timers.isEmpty() && timers.peek().atMs <= end) {
            nowMs = Math.max(nowMs, timers.peek().atMs);
            settle();
        }
        nowMs = end;
        settle();
    }

    public int armedTimers() {
        return timers.size();
    }
}
