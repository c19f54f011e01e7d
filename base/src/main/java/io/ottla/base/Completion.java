package io.ottla.base;

/**
 * Takes the outcome of work that was done away from the loop. Called exactly once, on the loop, never within the call
 * that began the work.
 */
@FunctionalInterface
public interface Completion<T> {
    void complete(Outcome<T> outcome);
}
