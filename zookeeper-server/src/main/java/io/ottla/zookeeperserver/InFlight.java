package io.ottla.zookeeperserver;

/** What all clients together have unanswered and unsent, and whether there may be more of it. */
final class InFlight {
    private final ServerOptions.Limits limits;
    private int requests;
    private long requestBytes;
    private long largeBytes;
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

    /** @param more replies were handed to the network, or below 0, have left it */
    void unsent(long more) {
        unsentBytes += more;
    }

    /** Whether so much is unanswered that nobody may have more than one request. */
    boolean isFull() {
        return requests > limits.outstandingMax() || requestBytes > limits.outstandingBytesMax();
    }

    /** Whether requests wait in line before they are looked at. */
    boolean isThrottling() {
        int max = limits.throttledRequestsMax();
        return max > 0 && requests >= max;
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
