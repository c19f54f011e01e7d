package io.ottla.coordinator;

/**
 * Time as a coordinator lived through it: follows the wall clock, but for jumps. When the clock is set, or the process
 * stood still (a pause, a suspended machine), members could not heartbeat either; the time lost so does not count
 * against their sessions.
 */
final class SteadyTime {
    /** The host ticks at least this often while a deadline is armed; a longer step is a jump, and counts as this much. */
    static final long STEP_MS_MAX = 1_000;

    private long lastNowMs;
    private long steadyMs;

    SteadyTime(long nowMs) {
        lastNowMs = nowMs;
    }

    /** @return the steady time that goes with the wall clock's {@code nowMs} */
    long advance(long nowMs) {
        steadyMs += Math.clamp(nowMs - lastNowMs, 0, 2 * STEP_MS_MAX);
        lastNowMs = nowMs;
        return steadyMs;
    }

    /** When, on the wall clock, to tick for a deadline given in steady time. */
    long tickAtMs(long deadlineMs) {
        return lastNowMs + Math.clamp(deadlineMs - steadyMs, 0, STEP_MS_MAX);
    }
}
