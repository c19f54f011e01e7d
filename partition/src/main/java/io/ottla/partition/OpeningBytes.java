package io.ottla.partition;

/** Bytes of appends, over all replicas of a loop, that wait for logs to be opened. */
final class OpeningBytes {
    private final long bytesMax;
    private long bytes;

    OpeningBytes(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /** @return false if there is no room */
    boolean hold(int more) {
        if (bytes + more > bytesMax) return false;
        bytes += more;
        return true;
    }

    void letGo(int less) {
        bytes -= less;
    }
}
