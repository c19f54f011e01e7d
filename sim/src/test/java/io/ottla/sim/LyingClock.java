package io.ottla.sim;

import io.ottla.base.Clock;

/** A clock on which time goes twice as fast: as if the program reckoned with half of the time that it is told. */
record LyingClock(Clock clock) implements Clock {
    static Program.Environment under(Program.Environment environment) {
        return new Program.Environment(
                new LyingClock(environment.clock()),
                environment.disk(),
                environment.network(),
                environment.limits(),
                environment.random(),
                environment.faultHandler());
    }

    @Override
    public long nowMs() {
        return clock.nowMs();
    }

    @Override
    public long monotonicNs() {
        return 2 * clock.monotonicNs();
    }

    @Override
    public void execute(Runnable task) {
        clock.execute(task);
    }

    @Override
    public Timer after(long delayMs, Runnable task) {
        return clock.after((delayMs + 1) / 2, task);
    }
}
