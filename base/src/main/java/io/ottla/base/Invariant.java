package io.ottla.base;

/** Assertions that stay on in production. */
public final class Invariant {
    private Invariant() {}

    /** @throws IllegalStateException if the condition does not hold: a fault of the program */
    public static void invariant(boolean holds, String what) {
        if (!holds) throw new IllegalStateException("invariant broken: " + what);
    }

    /** As {@link #invariant(boolean, String)}, with arguments that are formatted only when it fails. */
    public static void invariant(boolean holds, String what, Object... args) {
        if (!holds) throw new IllegalStateException("invariant broken: " + what.formatted(args));
    }
}
