package io.ottla.load;

/**
 * When each record of one client is due. The schedule knows nothing of how fast the broker answers: a record that leaves late
 * because an earlier one was held up is timed from when it should have left, so that a stall counts for everything it delayed
 * (what is known as the correction for coordinated omission).
 *
 * <p>Several clients share a rate by taking turns: with 3 producers the second sends records 1, 4, 7, … of the common schedule.
 *
 * @param perSecond records a second of all clients together; 0 when they go as fast as they can
 * @param clients how many share the rate
 * @param client which of them this is, from 0
 * @param startNs when the first record of all is due, of {@link System#nanoTime}
 */
public record Pace(double perSecond, int clients, int client, long startNs) {
    private static final double NS_PER_S = 1e9;

    public Pace {
        if (!(perSecond >= 0)) throw new IllegalArgumentException("a rate of " + perSecond + " records a second");
        if (client < 0 || client >= clients) throw new IllegalArgumentException("client " + client + " of " + clients);
    }

    public boolean limited() {
        return perSecond > 0;
    }

    /** When this client's record {@code index} (from 0) is due; only of a limited pace. */
    public long dueNs(long index) {
        double ofAll = (double) index * clients + client;
        return startNs + (long) (ofAll * NS_PER_S / perSecond);
    }

    /** How many of this client's records are due before {@code ns}; only of a limited pace. */
    public long dueBefore(long ns) {
        if (ns <= startNs) return 0;
        double ofAll = (ns - startNs) / NS_PER_S * perSecond;
        return Math.max(0, (long) Math.ceil((ofAll - client) / clients));
    }
}
