package io.ottla.io;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
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
 */
@SuppressWarnings("ReferenceEquality") // it matters which buffer it is, not what is in it
final class FrameReader implements RecvByteBufAllocator, RecvByteBufAllocator.ExtendedHandle {
    private static final int PREFIX_BYTES = 4;
    private static final int GROWTH = 4;

    /** With less than this missing of a frame, reading ahead into the shared buffer and copying costs less than one more read. */
    private static final int DIRECT_BYTES_MIN = 32 * 1024;

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
    }

    private final Framing framing;
    private final ByteBuf shared;
    private final ByteBufAllocator allocator;
    private final Frames frames;

    /** What has come and was not handed on, from the start of a frame; null if that is nothing. */
    private ByteBuf held;

    private boolean handing;
    private boolean ended;
    private long progress;
    private int unseenBytes;

    private int lastBytesRead;
    private int attemptedBytesRead;
    private int bytesThisTurn;

    FrameReader(Framing framing, ByteBuf shared, ByteBufAllocator allocator, Frames frames) {
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
            moveHeld(Math.max(needed, Math.min(frameBytes, needed * GROWTH)));
        }
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
        int capacity = Math.max(arrived, Math.min(frameBytes, arrived * GROWTH));
        if (isHeld) {
            moveHeld(capacity);
        } else {
            held = allocator.directBuffer(capacity, Integer.MAX_VALUE).writeBytes(bytes);
        }
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
        return PREFIX_BYTES + bodyBytes;
    }

    private void moveHeld(int capacity) {
        ByteBuf wider = allocator.directBuffer(capacity, Integer.MAX_VALUE).writeBytes(held);
        held.release();
        held = wider;
    }

    private void dropHeld() {
        held.release();
        held = null;
    }

    /** Forgets what is held, once a frame that is being handed on is done with; what comes from now on is dropped. */
    void close() {
        ended = true;
        if (held != null && !handing) dropHeld();
    }

    private void seen() {
        unseenBytes = 0;
        progress++;
    }

    /** Grows with every frame, and with every few kilobytes of a long one; not with every byte of one that trickles. */
    long progress() {
        return progress;
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
        return shared.clear().retain();
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
        return !ended && !frames.paused() && lastBytesRead == attemptedBytesRead && bytesThisTurn < BYTES_PER_TURN_MAX;
    }

    @Override
    public boolean continueReading(UncheckedBooleanSupplier maybeMoreData) {
        return continueReading();
    }

    @Override
    public void readComplete() {}
}
