package io.ottla.base;

/**
 * A source of random numbers that its seed determines wholly (SplitMix64; Steele, Lea, Flood: Fast Splittable
 * Pseudorandom Number Generators, 2014). Cores get one handed in; production seeds it from the operating system.
 */
public final class SeededRandom {
    private long state;

    public SeededRandom(long seed) {
        state = seed;
    }

    public long nextLong() {
        state += 0x9E3779B97F4A7C15L;
        long z = state;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** 0 to {@code bound} − 1. */
    public int nextInt(int bound) {
        if (bound <= 0) throw new IllegalArgumentException("bound must be above 0: " + bound);
        return (int) Long.remainderUnsigned(nextLong(), bound);
    }

    /** 0 to {@code bound} − 1. */
    public long nextLong(long bound) {
        if (bound <= 0) throw new IllegalArgumentException("bound must be above 0: " + bound);
        return Long.remainderUnsigned(nextLong(), bound);
    }

    /** 0 (inclusive) to 1 (exclusive). */
    public double nextDouble() {
        return (nextLong() >>> 11) * 0x1.0p-53;
    }

    /** True with the given probability, 0 to 1. */
    public boolean chance(double probability) {
        return nextDouble() < probability;
    }

    /** A generator of its own, determined by this one's state. */
    public SeededRandom split() {
        return new SeededRandom(nextLong());
    }

    /** A random id that Kafka would accept: its text does not begin with a dash, and it is not one of the reserved ones. */
    public TopicId nextTopicId() {
        while (true) {
            // version 4, variant 2 of RFC 9562, as java.util.UUID.randomUUID
            long most = (nextLong() & 0xFFFFFFFFFFFF0FFFL) | 0x4000L;
            long least = (nextLong() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
            TopicId id = new TopicId(most, least);
            if (id.toString().charAt(0) != '-') return id;
        }
    }
}
