package io.ottla.load;

import java.util.random.RandomGenerator;

/**
 * Values to send: capital letters by chance, as Apache's ProducerPerformance sends them, so that compression gains about a third. A few
 * thousand different ones are made ahead, since making them costs the processor that the broker may be sharing.
 */
final class Payloads {
    private static final int VALUES_MAX = 4096;
    private static final int BYTES_MAX = 16 << 20;
    private static final int LETTERS = 26;

    private final byte[][] values;

    Payloads(int valueBytes, RandomGenerator random) {
        values = new byte[Math.clamp(BYTES_MAX / Math.max(1, valueBytes), 1, VALUES_MAX)][valueBytes];
        for (byte[] value : values)
            for (int i = 0; i < value.length; i++) value[i] = (byte) ('A' + random.nextInt(LETTERS));
    }

    /** Shared: not to be changed. */
    byte[] value(long index) {
        return values[(int) (index % values.length)];
    }

    /** One's own, with its time. */
    byte[] stamped(long index, long runId, long dueNs) {
        byte[] value = value(index).clone();
        Stamp.write(value, runId, dueNs);
        return value;
    }
}
