package io.ottla.base;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * The room that all connections of a node have together for bytes that came and cannot be handed on yet: frames whose end has not
 * come, and what came while nobody wanted it. An implementation of {@link Network} asks here before it holds any. Belongs to the loop.
 *
 * <p>Three quarters of it are for whoever comes first, and a large frame takes all its room there at once, so that each that has begun
 * can come to its end. Who finds none waits, unread, and the smallest go first. The last quarter is for small holders, so that small
 * requests are served whatever large ones do; if even that is taken, the largest holder is closed there and then. While somebody
 * waits, those who have their room and make no use of it are closed, the largest first.
 */
@SuppressWarnings("ReferenceEquality") // a part is who it is
public final class FrameRoom {
    /** How often it is looked whether those that have room make use of it, while others wait. */
    public static final long LOOK_MS = 500;

    /** A frame that needs more looks than that at the pace of the last is no use of its room. */
    private static final int LOOKS_MAX = 128;

    private static final int PROGRESS_BYTES_MIN = 4 * 1024;

    private static final long RESERVED_BYTES_MAX = 64 << 20;
    private static final long SMALL_BYTES_MAX = 2 << 20;

    /** Above this all small holders together would find no room in what is reserved for them. */
    private static final int SMALL_HOLDERS_MIN = 16;

    /** How a connection is told. */
    public interface Holder {
        /** It has the room that it waited for; its part says how much that is. */
        void roomCame();

        /** Whether the other side has to send more before this can be let go of. */
        boolean isUnfinished();

        /** To be closed at once, and let go of all that it holds. */
        void evicted(String why);
    }

    /** Runs a task on the loop, later. */
    @FunctionalInterface
    public interface Later {
        void after(long delayMs, Runnable task);
    }

    /** What one connection has of it. */
    public static final class Part {
        private final Holder holder;
        private long bytes;
        private long wantedBytes;
        private long arrivedBytes;
        private long seenBytes;
        private long number;
        private int index = -1;

        public Part(Holder holder) {
            this.holder = holder;
        }

        public long bytes() {
            return bytes;
        }

        private long missingBytes() {
            return wantedBytes - bytes;
        }

        /** Bytes have come for it. */
        public void arrived(int fresh) {
            arrivedBytes += fresh;
        }

        /** Whether it has all its room, and has made too little use of it since the last look. */
        private boolean isIdle() {
            long fresh = arrivedBytes - seenBytes;
            seenBytes = arrivedBytes;
            return wantedBytes == 0 && fresh < Math.max(PROGRESS_BYTES_MIN, bytes / LOOKS_MAX) && holder.isUnfinished();
        }
    }

    private final long bytesMax;
    private final long commonBytesMax;
    private final long smallBytesMax;
    private final Later later;
    private final List<Part> holders = new ArrayList<>();
    private final TreeSet<Part> waiting = new TreeSet<>(FrameRoom::inLine);
    private long bytes;
    private long lastNumber;
    private boolean lookDue;
    private boolean waking;

    public FrameRoom(long bytesMax, Later later) {
        this.bytesMax = bytesMax;
        this.later = later;
        long reserved = Math.min(bytesMax / 4, RESERVED_BYTES_MAX);
        commonBytesMax = bytesMax - reserved;
        smallBytesMax = Math.min(reserved / SMALL_HOLDERS_MIN, SMALL_BYTES_MAX);
    }

    private static int inLine(Part one, Part other) {
        int missing = Long.compare(one.missingBytes(), other.missingBytes());
        return missing != 0 ? missing : Long.compare(one.number, other.number);
    }

    /** A frame above this has to take all its room at once. */
    public long smallBytesMax() {
        return smallBytesMax;
    }

    /** A frame above this never has room. */
    public long frameBytesMax() {
        return commonBytesMax;
    }

    /** What is held by all. */
    public long bytes() {
        return bytes;
    }

    /** Whether so much is held that no more should be read at a time than a small request needs. */
    public boolean isTight() {
        return bytes >= commonBytesMax;
    }

    /**
     * Asks for room for bytes that are still to come. If there is none, {@link #await} waits for it.
     *
     * @param toBytes what the connection would hold in all
     * @return whether it has that now
     */
    public boolean take(Part part, long toBytes) {
        if (toBytes <= part.bytes) {
            release(part, toBytes);
            return true;
        }
        if (toBytes <= smallBytesMax) return keep(part, toBytes);
        stopWaiting(part);
        if (!waiting.isEmpty() || bytes + toBytes - part.bytes > commonBytesMax) return false;
        grant(part, toBytes);
        return true;
    }

    /**
     * Takes room for what has been read and cannot be left to the socket any more; others are closed for it if need be.
     *
     * @return false if it was the largest itself, and has been closed
     */
    public boolean keep(Part part, long toBytes) {
        stopWaiting(part);
        while (bytes + toBytes - part.bytes > bytesMax) {
            Part largest = largest(part);
            evict(largest, "all room for frames that are not whole is taken, and this holds most of it");
            if (largest == part) return false;
        }
        grant(part, toBytes);
        return true;
    }

    /** Waits until there is room for {@code toBytes} in all; then the part has it, and its holder is told. */
    public void await(Part part, long toBytes) {
        stopWaiting(part);
        part.wantedBytes = toBytes;
        if (part.index < 0) join(part);
        waiting.add(part);
        if (lookDue) return;
        lookDue = true;
        for (Part each : holders) each.seenBytes = each.arrivedBytes;
        later.after(LOOK_MS, this::look);
    }

    /** The connection holds less now; 0 if nothing. It waits for no more either. */
    public void release(Part part, long toBytes) {
        stopWaiting(part);
        bytes -= part.bytes - toBytes;
        part.bytes = toBytes;
        if (toBytes == 0) leave(part);
        wake();
    }

    private void grant(Part part, long toBytes) {
        bytes += toBytes - part.bytes;
        part.bytes = toBytes;
        if (part.index < 0) join(part);
    }

    private void join(Part part) {
        part.number = ++lastNumber;
        part.index = holders.size();
        holders.add(part);
    }

    private void leave(Part part) {
        if (part.index < 0) return;
        Part last = holders.removeLast();
        if (last != part) {
            last.index = part.index;
            holders.set(part.index, last);
        }
        part.index = -1;
    }

    private void stopWaiting(Part part) {
        if (part.wantedBytes == 0) return;
        waiting.remove(part);
        part.wantedBytes = 0;
    }

    private void wake() {
        if (waking) return;
        waking = true;
        while (!waiting.isEmpty() && bytes + waiting.first().missingBytes() <= commonBytesMax) {
            Part first = waiting.first();
            long wantedBytes = first.wantedBytes;
            stopWaiting(first);
            grant(first, wantedBytes);
            first.holder.roomCame();
        }
        waking = false;
    }

    private void look() {
        lookDue = false;
        if (waiting.isEmpty()) return;
        largestIdle()
                .ifPresent(idle -> evict(idle, "its frame does not come to its end, and others wait for the room"));
        if (waiting.isEmpty()) return;
        lookDue = true;
        later.after(LOOK_MS, this::look);
    }

    private Part largest(Part atLeast) {
        Part largest = atLeast;
        for (Part part : holders) largest = larger(largest, part);
        return largest;
    }

    private Optional<Part> largestIdle() {
        Optional<Part> largest = Optional.empty();
        for (Part part : holders)
            if (part.isIdle()) largest = Optional.of(largest.isEmpty() ? part : larger(largest.get(), part));
        return largest;
    }

    /** The one that has held something longer, if they are alike. */
    private static Part larger(Part one, Part other) {
        if (one.bytes == other.bytes) return one.number < other.number ? one : other;
        return one.bytes > other.bytes ? one : other;
    }

    private void evict(Part part, String why) {
        part.holder.evicted(
                "%s: %d KB of %d KB".formatted(why, Math.max(part.bytes, part.wantedBytes) >> 10, bytesMax >> 10));
        if (part.index >= 0) release(part, 0);
    }
}
