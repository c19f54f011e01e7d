package io.ottla.base;

/** Receives the effects of a {@link Core#step}, in order. */
@FunctionalInterface
public interface Effects<F> {
    void add(F effect);
}
