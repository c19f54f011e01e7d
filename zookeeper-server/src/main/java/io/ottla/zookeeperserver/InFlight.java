package io.ottla.zookeeperserver;

/** What all clients together have unanswered, in line and unsent, and whether there may be more of it. */
final class InFlight {
    /** A packet up to this is let in though there is no room for larger ones: a ping, most reads, many a write. */
    private static final int SMALL_PACKET_BYTES = 1024;

    private final ServerOptions.Limits limits;
    private int requests;
    private long requestBytes;
    private long largeBytes;
    private long heldBytes;
    private long unsentBytes;

    InFlight(ServerOptions.Limits limits) {
        this.limits = limits;
    }

    /** Requests that are not answered. */
    int requests() {
        return requests;
    }

    /** @param packetBytes of a request that waits for its answer from now on, or {@code more} below 0, does no longer */
    void requests(int more, int packetBytes) {
        requests += more;
        requestBytes += (long) more * packetBytes;
        if (isLarge(packetBytes)) largeBytes += (long) more * packetBytes;
    }

    /** @param more bytes of packets wait in line, or below 0, do no longer */
    void held(long more) {
        heldBytes += more;
    }

    /** @param more replies were handed to the network, or below 0, have left it */
    void unsent(long more) {
        unsentBytes += more;
    }

    /** Whether so much is unanswered that nobody may have more than one request. */
    boolean isFull() {
        return requests > limits.outstandingMax() || requestBytes > limits.outstandingBytesMax();
    }

    /** Whether a packet of that size waits in line before it is looked at. */
    boolean isThrottling(int packetBytes) {
        int max = limits.throttledRequestsMax();
        if (max > 0 && requests >= max) return true;
        return packetBytes > SMALL_PACKET_BYTES
                && requestBytes > 0
                && requestBytes + packetBytes > limits.outstandingBytesMax();
    }

    /** Whether so much stands in line that nobody is read from. */
    boolean isLineFull() {
        return heldBytes > limits.outstandingBytesMax();
    }

    /** Whether enough of the line has gone for clients to be read from again. */
    boolean hasLineRoom() {
        return heldBytes <= limits.outstandingBytesMax() / 2;
    }

    /** Whether there is no room for one more packet, not even in line. */
    boolean isLineOver() {
        return heldBytes > 2 * limits.outstandingBytesMax();
    }

    /** Whether so much waits for clients that do not take it that each may have only a small share. */
    boolean isCongested() {
        return unsentBytes > limits.unsentBytesMax();
    }

    /** Whether there may be one more request of that size. */
    boolean admits(int packetBytes) {
        return !isLarge(packetBytes) || largeBytes + packetBytes <= limits.largeRequestsBytesMax();
    }

    private boolean isLarge(int packetBytes) {
        int large = limits.largeRequestBytes();
        return large >= 0 && packetBytes > large;
    }
}
