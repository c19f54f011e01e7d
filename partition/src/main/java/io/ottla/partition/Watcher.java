package io.ottla.partition;

import static io.ottla.base.Invariant.invariant;

/**
 * Waits for one partition to change, once: it is armed, told, and then has to be armed again. So a reader that has been
 * told already, and has not looked yet, costs the writers of the partition nothing.
 */
public abstract class Watcher {
    private Armed list;
    private Watcher previous;
    private Watcher next;

    /** The partition has changed since the watcher was armed. It may be armed again, but only after this call. */
    protected abstract void changed();

    public final boolean isArmed() {
        return list != null;
    }

    /** Is not told any more. Does nothing if it is not armed. */
    public final void disarm() {
        if (list == null) return;
        if (previous == null) list.first = next;
        else previous.next = next;
        if (next == null) list.last = previous;
        else next.previous = previous;
        list = null;
        previous = null;
        next = null;
    }

    /** Those who wait for one partition, linked through themselves: joining and leaving take no search and no memory. */
    static final class Armed {
        private Watcher first;
        private Watcher last;

        void arm(Watcher watcher) {
            if (watcher.list != null) return;
            watcher.list = this;
            watcher.previous = last;
            if (last == null) first = watcher;
            else last.next = watcher;
            last = watcher;
        }

        /** Tells all that are armed now. */
        void wake() {
            while (first != null) {
                Watcher watcher = first;
                watcher.disarm();
                watcher.changed();
                invariant(!watcher.isArmed(), "a watcher armed itself while it was told");
            }
        }
    }
}
