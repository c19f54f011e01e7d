package io.ottla.keeper.files;

import io.ottla.base.Clock;
import io.ottla.keeper.tree.SnapshotWalk;

/** Takes walks that were given up to their end, some nodes at a time between requests: what they marked is then as if they had been finished. */
public final class SnapshotSweep {
    /** Nodes and tables of children: some tens of microseconds. */
    private static final int STEPS_AT_ONCE = 1000;

    private final Clock clock;
    private boolean stopped;

    public SnapshotSweep(Clock clock) {
        this.clock = clock;
    }

    /** {@code then} comes after this call, once the walk has ended. */
    public void sweep(SnapshotWalk walk, Runnable then) {
        clock.execute(() -> {
            if (stopped) return;
            if (walk.sweep(STEPS_AT_ONCE)) sweep(walk, then);
            else then.run();
        });
    }

    /** The tree is not needed any more. */
    void stop() {
        stopped = true;
    }
}
