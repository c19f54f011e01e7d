package io.ottla.base;

/**
 * What a node may hold for its peers and for work under way, all in bytes: made once at its start, from the memory that the process may
 * take, and handed to whoever keeps to a part of it. The parts of the heap together are below it, so that no two that are full at
 * the same time leave too little for the rest: the tree, the images, the code.
 *
 * @param heapBytes what the heap may grow to
 * @param unfinishedFrameBytes outside the heap: frames of which the end has not come, and what has come and is not handed on yet, of
 *     all connections
 * @param requestsInFlightBytes Kafka requests that are not answered; those that wait for a log to be opened are among them
 * @param openingBytes of these, appends that wait for logs to be opened
 * @param outstandingPacketBytes ZooKeeper requests that are not answered
 * @param unsentReplyBytes ZooKeeper replies that clients have not taken
 * @param proposalBytes ZooKeeper transactions that wait to be written
 * @param watchBytes of ZooKeeper clients
 * @param snapshotAheadBytes what snapshots that are being taken write ahead of changes; a part of it for the last committed ZooKeeper transactions, which
 *     spare snapshots
 * @param unwrittenGroupBytes records of group coordinators that wait to be committed, of all partitions
 * @param cleanerMapBytes the map of keys by which a log is compacted
 * @param unpackedBatchBytes what of one batch of records may be held, packed and again unpacked, where somebody looks into it: compaction,
 *     search by time, conversion for old clients
 */
public record Limits(
        long heapBytes,
        long unfinishedFrameBytes,
        long requestsInFlightBytes,
        long openingBytes,
        long outstandingPacketBytes,
        long unsentReplyBytes,
        long proposalBytes,
        long watchBytes,
        long snapshotAheadBytes,
        long unwrittenGroupBytes,
        long cleanerMapBytes,
        int unpackedBatchBytes) {

    private static final int PARTS = 64;
    private static final long MB = 1 << 20;

    /** The heap of a test that says nothing about it. */
    public static final Limits ROOMY = of(1024 * MB, 1024 * MB);

    /**
     * @param heapBytesMax what the heap may grow to
     * @param directBytesMax what buffers outside of it may take
     */
    public static Limits of(long heapBytesMax, long directBytesMax) {
        return new Limits(
                heapBytesMax,
                part(directBytesMax, 48, 1024 * MB),
                part(heapBytesMax, 5, 256 * MB),
                part(heapBytesMax, 5, 64 * MB),
                part(heapBytesMax, 3, 32 * MB),
                part(heapBytesMax, 3, 128 * MB),
                part(heapBytesMax, 3, 64 * MB),
                part(heapBytesMax, 24, Long.MAX_VALUE),
                part(heapBytesMax, 4, 256 * MB),
                part(heapBytesMax, 2, 64 * MB),
                part(heapBytesMax, 5, 128 * MB),
                (int) part(heapBytesMax, 3, 64 * MB));
    }

    private static long part(long ofBytes, int parts, long bytesMax) {
        return Math.min(ofBytes / PARTS * parts, bytesMax);
    }

    /** All parts of the heap together. */
    public long heapBytesPromised() {
        return requestsInFlightBytes // openingBytes are among them
                + outstandingPacketBytes
                + unsentReplyBytes
                + proposalBytes
                + watchBytes
                + snapshotAheadBytes
                + unwrittenGroupBytes
                + cleanerMapBytes
                + unpackedBatchBytes;
    }
}
