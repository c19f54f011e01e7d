package io.ottla.load;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.OptionalLong;

/**
 * The head of a record whose way is timed: {@code run id (8 bytes), when it was due by System.nanoTime (8 bytes)}. Records of another run,
 * or of another process, are not taken for one's own.
 */
final class Stamp {
    static final int BYTES = 16;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Stamp() {}

    static void write(byte[] value, long runId, long dueNs) {
        LONG.set(value, 0, runId);
        LONG.set(value, Long.BYTES, dueNs);
    }

    /** When {@code value} was due, if it is of this run. */
    static OptionalLong read(byte[] value, long runId) {
        if (value == null || value.length < BYTES || (long) LONG.get(value, 0) != runId) return OptionalLong.empty();
        return OptionalLong.of((long) LONG.get(value, Long.BYTES));
    }
}
