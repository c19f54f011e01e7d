package io.ottla.load;

/**
 * When each record of one producer is due. The schedule knows nothing of how fast the broker answers: a record that leaves late
 * because an earlier one was held up is timed from when it should have left, so that a stall counts for everything it delayed
 * (what is known as the correction for coordinated omission).
 *
 * <p>Several producers share a rate by taking turns: with 3 producers the second sends records 1, 4, 7, … of the common schedule.
 *
 * @param perSecond records a second of all producers together; 0 when they send as fast as they can
 * @param producers how many share the rate
 * @param producer which of them this is, from 0
 * @param startNs when the first record of all is due, of {@link System#nanoTime}
 */
public record Pace(double perSecond, int producers, int producer, long startNs) {
    private static final double NS_PER_S = 1e9;

    public Pace {
        if (!(perSecond >= 0)) throw new IllegalArgumentException("a rate of " + perSecond + " records a second");
        if (producer < 0 || producer >= producers)
            throw new IllegalArgumentException("producer " + producer + " of " + producers);
    }

    public boolean limited() {
        return perSecond > 0;
    }

    /** When this producer's record {@code index} (from 0) is due; only of a limited pace. */
    public long dueNs(long index) {
        double ofAll = (double) index * producers + producer;
        return startNs + (long) (ofAll * NS_PER_S / perSecond);
    }

    /** How many of this producer's records are due before {@code ns}; only of a limited pace. */
    public long dueBefore(long ns) {
        if (ns <= startNs) return 0;
        double ofAll = (ns - startNs) / NS_PER_S * perSecond;
        return Math.max(0, (long) Math.ceil((ofAll - producer) / producers));
    }
}
