package io.ottla.sim;

import io.ottla.base.Clock;

/** The clock and the loop of one node, as it runs between two starts. */
public final class VirtualClock implements Clock {
    /** 2026-01-01T00:00Z: what the wall clock shows when a simulation begins. */
    static final long EPOCH_MS = 1_767_225_600_000L;

    private static final long NS_PER_MS = 1_000_000;

    private final Agenda agenda;
    private final Agenda.Lane lane;
    private long jumpedMs;

    VirtualClock(Agenda agenda, Agenda.Lane lane) {
        this.agenda = agenda;
        this.lane = lane;
    }

    @Override
    public long nowMs() {
        return EPOCH_MS + jumpedMs + agenda.nowNs() / NS_PER_MS;
    }

    @Override
    public long monotonicNs() {
        return agenda.nowNs();
    }

    @Override
    public void execute(Runnable task) {
        agenda.in(0, lane, task);
    }

    @Override
    public Timer after(long delayMs, Runnable task) {
        if (delayMs < 0) throw new IllegalArgumentException("a delay of " + delayMs + " ms");
        return agenda.in(Math.multiplyExact(delayMs, NS_PER_MS), lane, task)::cancel;
    }

    /** The wall clock is set, forward or back, as an operator or a time server does. */
    public void jump(long byMs) {
        jumpedMs += byMs;
    }
}
