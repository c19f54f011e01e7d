package io.ottla.io;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import io.ottla.base.FrameRoom;
import io.ottla.base.Network.Framing;
import java.nio.ByteBuffer;

/**
 * Cuts what arrives on one connection into frames, and says into which memory the socket is read.
 *
 * <p>Bytes are read into one buffer that all connections of the loop share, and whole frames are handed on right from
 * there: a connection at rest holds no memory. What is left of a frame whose end has not come is kept in a buffer of the
 * connection's own, {@value #GROWTH} times as large as what has come at most; while much is missing, the socket is read
 * right into that. So memory follows the bytes that came, not the length that was announced, and a frame of any size is
 * copied at most once and a third.
 *
 * <p>That buffer counts, as large as it is, against the {@link FrameRoom} of all connections. If there is no room for more of a frame,
 * what was read is kept and the connection waits; while room is short, little is read at a time.
 */
@SuppressWarnings("ReferenceEquality") // it matters which buffer it is, not what is in it
final class FrameReader implements RecvByteBufAllocator, RecvByteBufAllocator.ExtendedHandle {
    private static final int PREFIX_BYTES = 4;
    private static final int GROWTH = 4;

    /** With less than this missing of a frame, reading ahead into the shared buffer and copying costs less than one more read. */
    private static final int DIRECT_BYTES_MIN = 32 * 1024;

    /** While room is short no more is read at a time, since what was read has to be kept. */
    private static final int TIGHT_READ_BYTES = 16 * 1024;

    /** Then others get their turn. */
    private static final int BYTES_PER_TURN_MAX = 1024 * 1024;

    /** A frame that comes in smaller steps than this does not count as traffic; see {@link #progress}. */
    private static final int PROGRESS_BYTES_MIN = 4 * 1024;

    /** Who wants the frames. */
    interface Frames {
        /** Nobody may be given a frame now; it comes after {@link FrameReader#resume}. */
        boolean paused();

        void frame(int prefix, ByteBuffer body);

        /** The length prefix says that this is no frame. Nothing comes after this. */
        void refused(int prefix);

        /** There can never be room for a frame of so many bytes. Nothing comes after this. */
        void tooLarge(long frameBytes);

        /** There is no memory for what came. Nothing comes after this. */
        void noMemory();

        /** {@link FrameReader#waitsForRoom} says something else than before. */
        void roomChanged();
    }

    private final Framing framing;
    private final ByteBuf shared;
    private final ByteBufAllocator allocator;
    private final Frames frames;
    private final FrameRoom room;
    private final FrameRoom.Part part;

    /** What has come and was not handed on, from the start of a frame; null if that is nothing. */
    private ByteBuf held;

    private boolean waitsForRoom;
    private boolean handing;
    private boolean ended;
    private long progress;
    private int unseenBytes;

    private int lastBytesRead;
    private int attemptedBytesRead;
    private int bytesThisTurn;

    /** @param part of {@code room}, for this connection */
    FrameReader(
            Framing framing,
            ByteBuf shared,
            ByteBufAllocator allocator,
            FrameRoom room,
            FrameRoom.Part part,
            Frames frames) {
        this.room = room;
        this.part = part;
        this.framing = framing;
        this.shared = shared;
        this.allocator = allocator;
        this.frames = frames;
    }

    /**
     * Takes what was read into the buffer that {@link #allocate} gave, or what came out of a decryption.
     *
     * @param fresh how many of the bytes are new
     */
    void read(ByteBuf bytes, int fresh) {
        if (ended) return;
        bytesThisTurn += fresh;
        unseenBytes += fresh;
        if (unseenBytes >= PROGRESS_BYTES_MIN) seen();
        handing = true;
        if (bytes != held) {
            while (!ended && held != null && bytes.isReadable()) topUp(bytes);
        } else {
            part.arrived(fresh);
        }
        if (held == null || held == bytes) {
            handOn(bytes);
            keepRest(bytes);
        }
        handing = false;
        if (ended) close();
    }

    /** Hands on what was held back while paused. Not to be called while a frame is being handed on. */
    void resume() {
        if (held == null || ended) return;
        handing = true;
        ByteBuf bytes = held;
        handOn(bytes);
        keepRest(bytes);
        handing = false;
        if (ended) close();
    }

    /** Takes from {@code bytes} what the held frame lacks, and no more; or all of it, while nothing may be handed on. */
    private void topUp(ByteBuf bytes) {
        int frameBytes = frameBytes(held);
        if (ended) return;
        boolean whole = held.readableBytes() >= frameBytes;
        int wanted = whole || frames.paused() ? bytes.readableBytes() : frameBytes - held.readableBytes();
        int taken = Math.min(wanted, bytes.readableBytes());
        if (held.writableBytes() < taken) {
            int needed = held.readableBytes() + taken;
            if (!hold(held, needed, frameBytes)) return;
        }
        part.arrived(taken);
        held.writeBytes(bytes, taken);
        if (frames.paused() || held.readableBytes() < frameBytes(held)) return;
        ByteBuf complete = held;
        handOn(complete);
        keepRest(complete);
    }

    private void handOn(ByteBuf bytes) {
        while (!ended && !frames.paused() && bytes.readableBytes() >= PREFIX_BYTES) {
            int frameBytes = frameBytes(bytes);
            if (ended || bytes.readableBytes() < frameBytes) return;
            int prefix = bytes.readInt();
            ByteBuffer body = bytes.nioBuffer(bytes.readerIndex(), frameBytes - PREFIX_BYTES);
            bytes.skipBytes(frameBytes - PREFIX_BYTES);
            seen();
            frames.frame(prefix, body);
        }
    }

    private void keepRest(ByteBuf bytes) {
        if (ended) return;
        boolean isHeld = bytes == held;
        if (!bytes.isReadable()) {
            if (isHeld) dropHeld();
            return;
        }
        // what is held begins with the frame at hand and has room; nothing to move
        if (isHeld && bytes.readerIndex() == 0 && bytes.isWritable()) return;
        int arrived = bytes.readableBytes();
        int frameBytes = frameBytes(bytes);
        if (ended) return;
        hold(bytes, arrived, frameBytes);
    }

    /**
     * Holds {@code bytes} in a buffer with room for {@code needed} bytes, or for more if there is room for the frame; waits for that
     * otherwise.
     *
     * @return false if there is none, and all is over
     */
    private boolean hold(ByteBuf bytes, int needed, int frameBytes) {
        int wanted = wantedBytes(needed, frameBytes);
        int claimed = frameBytes <= room.smallBytesMax() ? wanted : Math.max(needed, frameBytes);
        boolean waited = waitsForRoom;
        waitsForRoom = false;
        boolean all = room.take(part, claimed);
        if (ended || (!all && !room.keep(part, needed)) || !move(bytes, all ? wanted : needed)) return false;
        if (!all && claimed > needed) {
            waitsForRoom = true;
            room.await(part, claimed);
        }
        if (waitsForRoom != waited) frames.roomChanged();
        return true;
    }

    private boolean move(ByteBuf bytes, int capacity) {
        ByteBuf buffer;
        try {
            buffer = allocator.directBuffer(capacity, Integer.MAX_VALUE);
        } catch (OutOfMemoryError none) {
            close();
            frames.noMemory();
            return false;
        }
        buffer.writeBytes(bytes);
        if (held != null) held.release();
        held = buffer;
        return true;
    }

    /** The part of the room has become what this waited for. */
    void roomCame() {
        waitsForRoom = false;
        if (ended || held == null || !move(held, wantedBytes(held.readableBytes(), frameBytes(held)))) return;
        frames.roomChanged();
    }

    /** Whether nothing more should be read now, since there is no room to keep it. */
    boolean waitsForRoom() {
        return waitsForRoom;
    }

    /** How large a buffer is to be that has {@code needed} bytes of a frame. */
    private static int wantedBytes(int needed, int frameBytes) {
        return (int) Math.max(needed, Math.min(frameBytes, (long) needed * GROWTH));
    }

    /** The size of the frame that begins in {@code bytes}, prefix and all; of a prefix alone while that is not whole. */
    private int frameBytes(ByteBuf bytes) {
        if (bytes.readableBytes() < PREFIX_BYTES) return PREFIX_BYTES;
        int prefix = bytes.getInt(bytes.readerIndex());
        int bodyBytes = framing.bodyBytes(prefix);
        if (bodyBytes < 0 || bodyBytes > Integer.MAX_VALUE - PREFIX_BYTES) {
            close();
            frames.refused(prefix);
            return PREFIX_BYTES;
        }
        if (bodyBytes > room.frameBytesMax() - PREFIX_BYTES) {
            close();
            frames.tooLarge((long) PREFIX_BYTES + bodyBytes);
            return PREFIX_BYTES;
        }
        return PREFIX_BYTES + bodyBytes;
    }

    private void dropHeld() {
        if (held != null) held.release();
        held = null;
        if (part.bytes() > 0 || waitsForRoom) room.release(part, 0);
        if (!waitsForRoom) return;
        waitsForRoom = false;
        frames.roomChanged();
    }

    /** Forgets what is held, once a frame that is being handed on is done with; what comes from now on is dropped. */
    void close() {
        ended = true;
        if (!handing) dropHeld();
    }

    private void seen() {
        unseenBytes = 0;
        progress++;
    }

    /** Grows with every frame, and with every few kilobytes of a long one; not with every byte of one that trickles. */
    long progress() {
        return progress;
    }

    /** Whether a frame has come that was not handed on yet. */
    boolean hasWholeFrame() {
        if (ended || held == null || held.readableBytes() < PREFIX_BYTES) return false;
        int bodyBytes = framing.bodyBytes(held.getInt(held.readerIndex()));
        return bodyBytes >= 0 && held.readableBytes() - PREFIX_BYTES >= bodyBytes;
    }

    /** Bytes that have come and were not handed on. */
    int heldBytes() {
        return held == null ? 0 : held.readableBytes();
    }

    // ---- what Netty asks around each read ----

    @Override
    public ExtendedHandle newHandle() {
        return this;
    }

    @Override
    public ByteBuf allocate(ByteBufAllocator ignored) {
        // a frame of which much is missing is read right into its place, up to its end and no further
        if (held != null && held.readerIndex() == 0 && held.writableBytes() >= DIRECT_BYTES_MIN) return held.retain();
        shared.clear();
        return room.isTight() ? shared.retainedSlice(0, TIGHT_READ_BYTES).clear() : shared.retain();
    }

    @Override
    public int guess() {
        return shared.capacity();
    }

    @Override
    public void reset(ChannelConfig config) {
        bytesThisTurn = 0;
    }

    @Override
    public void incMessagesRead(int messages) {}

    @Override
    public void lastBytesRead(int bytes) {
        lastBytesRead = bytes;
    }

    @Override
    public int lastBytesRead() {
        return lastBytesRead;
    }

    @Override
    public void attemptedBytesRead(int bytes) {
        attemptedBytesRead = bytes;
    }

    @Override
    public int attemptedBytesRead() {
        return attemptedBytesRead;
    }

    @Override
    public boolean continueReading() {
        return !ended
                && !waitsForRoom
                && !frames.paused()
                && lastBytesRead == attemptedBytesRead
                && bytesThisTurn < BYTES_PER_TURN_MAX;
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
        return continueReading();
    }

    @Override
    public void readComplete() {}
}
