package io.ottla.sim;

/** An invariant, checked after every event. */
public interface Checker {
    /** Its number in the list of invariants and what it says, such as {@code R4 an acknowledged record is never lost}. */
    String name();

    /** @throws AssertionError or any other throwable if the invariant is broken */
    void check();
}
