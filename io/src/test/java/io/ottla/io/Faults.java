package io.ottla.io;

import io.ottla.base.FaultHandler;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/** Keeps the first fault, for the test to look at. */
final class Faults implements FaultHandler {
    private final AtomicReference<Throwable> first = new AtomicReference<>();

    @Override
    public RuntimeException fault(String doing, Throwable cause) {
        first.compareAndSet(null, cause);
        return new IllegalStateException(doing, cause);
    }

    Optional<Throwable> first() {
        return Optional.ofNullable(first.get());
    }

    void rethrow() {
        if (first.get() != null) throw new AssertionError("a fault of the program", first.get());
    }
}
