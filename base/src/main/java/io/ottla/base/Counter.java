package io.ottla.base;

/**
 * A figure that operators and tests read: written by one loop, read by any thread.
 *
 * @see Counters
 */
public final class Counter {
    private static final java.lang.invoke.VarHandle VALUE;

    static {
        try {
            VALUE = java.lang.invoke.MethodHandles.lookup().findVarHandle(Counter.class, "value", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    @SuppressWarnings("unused") // through VALUE
    private long value;

    /** On the owner's loop only. */
    public void add(long amount) {
        VALUE.setOpaque(this, (long) VALUE.getOpaque(this) + amount);
    }

    /** On the owner's loop only. */
    public void set(long now) {
        VALUE.setOpaque(this, now);
    }

    /** Any thread; recent, not ordered with other counters. */
    public long value() {
        return (long) VALUE.getOpaque(this);
    }
}
