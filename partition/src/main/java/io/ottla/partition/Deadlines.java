package io.ottla.partition;

import io.ottla.base.Clock;
import io.ottla.base.Core;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The time of those that wait for it, in monotonic milliseconds; one timer serves all of a loop. */
final class Deadlines {

    /** It says itself, within the call, when it wants to be told next. */
    interface Sleeper {
        void tick(long nowMs);
    }

    private final Clock clock;
    private final Set<Sleeper> sleepers = new LinkedHashSet<>();
    private Optional<Clock.Timer> timer = Optional.empty();
    private long timerAtMs = Core.NO_DEADLINE;

    Deadlines(Clock clock) {
        this.clock = clock;
    }

    /** The sleeper is told when that time has come, or earlier; nothing changes if it is {@link Core#NO_DEADLINE}. */
    void wakeAt(Sleeper sleeper, long deadlineMs) {
        if (deadlineMs == Core.NO_DEADLINE) return;
        sleepers.add(sleeper);
        if (deadlineMs >= timerAtMs) return;
        timer.ifPresent(Clock.Timer::cancel);
        timerAtMs = deadlineMs;
        timer = Optional.of(clock.after(Math.max(0, deadlineMs - nowMs()), this::tick));
    }

    /** Is not told any more. */
    void forget(Sleeper sleeper) {
        sleepers.remove(sleeper);
    }

    private long nowMs() {
        return clock.monotonicNs() / 1_000_000;
    }

    private void tick() {
        timer = Optional.empty();
        timerAtMs = Core.NO_DEADLINE;
        long nowMs = nowMs();
        List<Sleeper> due = new ArrayList<>(sleepers);
        sleepers.clear();
        for (Sleeper sleeper : due) sleeper.tick(nowMs);
    }
}
