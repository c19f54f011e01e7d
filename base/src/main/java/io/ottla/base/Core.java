package io.ottla.base;

/**
 * A class that owns a piece of state and decides about it: events in, ordered effects out.
 *
 * <p>A core knows no clock, thread, socket, file, static state or global random. Time is an argument; a timer is state
 * ("deadline at 42 s") that the core looks at on a tick. A core belongs to exactly one loop, so it has no locks.
 * The same events in the same order give the same effects: production and simulator run the very same class.
 *
 * @param <E> the sealed type of its events
 * @param <F> the sealed type of its effects
 */
public interface Core<E, F> {

    /** No timer is armed. */
    long NO_DEADLINE = Long.MAX_VALUE;

    /**
     * Takes one event. Effects are to be carried out in the order in which they were added, after this call.
     *
     * @param nowMs the wall clock, in milliseconds since the epoch; may jump, also backwards
     */
    void step(long nowMs, E event, Effects<F> effects);

    /** When this core next wants a tick, in the same time as {@code nowMs}; {@link #NO_DEADLINE} if never. */
    default long nextDeadlineMs() {
        return NO_DEADLINE;
    }
}
