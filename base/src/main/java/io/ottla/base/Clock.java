package io.ottla.base;

/**
 * Time, and the loop that a node runs on.
 *
 * <p>A node has one loop. Every callback of {@link Network}, {@link Disk} and this port runs on it, one at a time, in
 * the order in which they became due. So what a node does is a sequence, and a simulator can replay it.
 */
public interface Clock {

    /** Wall clock in milliseconds since the epoch. May jump, also backwards: use it for timestamps. Any thread. */
    long nowMs();

    /** A clock that never goes back, in nanoseconds from an arbitrary origin: use it for durations. Any thread. */
    long monotonicNs();

    /** Runs {@code task} on the loop, soon, after what is already waiting there. Any thread. Must not throw. */
    void execute(Runnable task);

    /**
     * Runs {@code task} on the loop once {@code delayMs} have passed on the monotonic clock. To be called on the loop.
     *
     * @param delayMs 0 or more
     */
    Timer after(long delayMs, Runnable task);

    /** A task that waits for its time. */
    interface Timer {
        /** Forgets the task, if it has not begun. */
        void cancel();
    }
}
