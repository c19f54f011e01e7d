package io.ottla.io;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.base.Network.Payload;
import io.ottla.base.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;

/**
 * What waits to leave on one connection, in order.
 *
 * <p>Small things are gathered into one buffer, so that many replies cost one system call. Larger bytes go as they are.
 * Bytes of a file go by sendfile when they are in the page cache; a disk thread fetches them first when they are not, so
 * that the loop never waits for the device. Only so much is handed to the socket ahead of what it takes, since what is
 * cached now may not be when a slow reader gets to it.
 */
final class SendQueue {
    /** Up to here copying beats a system call of its own. */
    private static final int GATHERED_PART_BYTES_MAX = 16 * 1024;

    private static final int GATHER_BYTES_MIN = 4 * 1024;
    private static final int GATHER_BYTES_MAX = 64 * 1024;

    /** A range of a file is looked up, fetched and sent in pieces of this size. */
    private static final int PIECE_BYTES_MAX = 1024 * 1024;

    private static final int AHEAD_BYTES_MAX = 2 * 1024 * 1024;

    /** What is encrypted passes through memory: it is read in pieces of this size, and fewer of them wait for the socket. */
    private static final int ENCRYPTED_PIECE_BYTES_MAX = GATHER_BYTES_MAX;

    private static final int ENCRYPTED_AHEAD_BYTES_MAX = 256 * 1024;
    private static final int FETCH_BYTES = 128 * 1024;

    private static final ThreadLocal<ByteBuffer> FETCH_SCRATCH =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(FETCH_BYTES));

    /** What becomes of it. */
    interface Progress {
        void sent(int bytes);

        void failed(IOException cause);
    }

    private final Channel channel;
    private final Disk disk;
    private final Progress progress;
    private final boolean encrypted;
    private final ArrayDeque<Payload> waiting = new ArrayDeque<>(2);

    /** How much of the file range at the head has been handed to the socket. */
    private int headBytesDone;

    /** The piece at the head has been fetched: it is not looked up again. */
    private boolean headFetched;

    private boolean fetching;
    private boolean pumping;

    /** What was handed over and not flushed has small bytes before a range of a file. */
    private boolean mixed;

    private boolean closed;
    private long unsentBytes;
    private long aheadBytes;
    private ByteBuf gathered;

    /** @param encrypted whether the channel encrypts what it is given */
    SendQueue(Channel channel, Disk disk, Progress progress, boolean encrypted) {
        this.encrypted = encrypted;
        this.channel = channel;
        this.disk = disk;
        this.progress = progress;
    }

    void add(List<Payload> parts) {
        for (Payload part : parts) {
            if (closed || part.sizeBytes() == 0) {
                letGo(part);
                continue;
            }
            unsentBytes += part.sizeBytes();
            waiting.add(part);
        }
    }

    long unsentBytes() {
        return unsentBytes;
    }

    /** Hands to the socket what can leave now, in one go. */
    void pump() {
        if (pumping || closed) return;
        pumping = true;
        do {
            while (canHandOver()) handOver(waiting.element());
            sendGathered();
            flush();
        } while (canHandOver());
        pumping = false;
    }

    /**
     * Lets the socket take what was handed over, which may make room for more. Small bytes before those of a file are held back for
     * them (TCP_CORK): sent as a packet of their own they would cost, here and at the other end, as much as the file's.
     */
    private void flush() {
        boolean cork = mixed && channel instanceof EpollSocketChannel;
        mixed = false;
        if (cork) ((EpollSocketChannel) channel).config().setTcpCork(true);
        channel.flush();
        if (cork && channel.isOpen()) ((EpollSocketChannel) channel).config().setTcpCork(false);
    }

    private boolean canHandOver() {
        return !waiting.isEmpty()
                && !fetching
                && aheadBytes < (encrypted ? ENCRYPTED_AHEAD_BYTES_MAX : AHEAD_BYTES_MAX);
    }

    private void handOver(Payload head) {
        switch (head) {
            case Payload.Bytes bytes -> {
                waiting.remove();
                sendBytes(bytes.buffer());
            }
            case Payload.FileRange range -> sendPiece(range);
        }
    }

    private void sendBytes(ByteBuffer bytes) {
        if (bytes.remaining() <= GATHERED_PART_BYTES_MAX) {
            gather(bytes.remaining()).writeBytes(bytes.duplicate());
        } else {
            sendGathered();
            write(Unpooled.wrappedBuffer(bytes), bytes.remaining());
        }
    }

    private void sendPiece(Payload.FileRange range) {
        long position = range.position() + headBytesDone;
        int length = Math.min(range.length() - headBytesDone, encrypted ? ENCRYPTED_PIECE_BYTES_MAX : PIECE_BYTES_MAX);
        try {
            if (!(range.file() instanceof RealDiskFile file)) {
                fetchForeign(range.file(), position, length);
            } else if (encrypted || length <= GATHERED_PART_BYTES_MAX) {
                gatherPiece(file, position, length);
            } else if (headFetched || file.isCached(position, length)) {
                mixed |= gathered != null;
                sendGathered();
                file.retain();
                write(new FileSlice(file, position, length), length);
                pieceDone(length);
            } else {
                fetch(file, position, length);
            }
        } catch (IOException e) {
            fail(e);
        }
    }

    private void gatherPiece(RealDiskFile file, long position, int length) throws IOException {
        ByteBuf target = gather(length);
        ByteBuffer room = target.nioBuffer(target.writerIndex(), length);
        int read = headFetched ? file.read(position, room) : file.readCached(position, room);
        if (read == length) {
            target.writerIndex(target.writerIndex() + length);
            pieceDone(length);
        } else if (headFetched) {
            throw new IOException(file + ": ends before " + (position + length));
        } else {
            fetch(file, position, length);
        }
    }

    private void fetch(RealDiskFile file, long position, int length) {
        fetching = true;
        file.retain();
        disk.submit(
                this,
                () -> {
                    try {
                        file.warm(position, length, FETCH_SCRATCH.get());
                        return true;
                    } finally {
                        file.release();
                    }
                },
                outcome -> {
                    fetching = false;
                    headFetched = true;
                    go(outcome);
                });
    }

    /** A file that is none of the real disk's, as a test may have, is read and sent. */
    private void fetchForeign(DiskFile file, long position, int length) {
        fetching = true;
        file.retain();
        disk.submit(
                this,
                () -> {
                    try {
                        ByteBuffer bytes = ByteBuffer.allocate(length);
                        if (file.read(position, bytes) < length) throw new IOException("a file range ends early");
                        return bytes.flip();
                    } finally {
                        file.release();
                    }
                },
                outcome -> {
                    fetching = false;
                    if (!closed && outcome instanceof Outcome.Done<ByteBuffer>(ByteBuffer bytes)) {
                        write(Unpooled.wrappedBuffer(bytes), length);
                        pieceDone(length);
                    }
                    go(outcome);
                });
    }

    private void go(Outcome<?> outcome) {
        if (closed) return;
        if (outcome instanceof Outcome.Failed<?>(IOException cause)) fail(cause);
        else pump();
    }

    private void pieceDone(int length) {
        headFetched = false;
        headBytesDone += length;
        if (headBytesDone < waiting.element().sizeBytes()) return;
        headBytesDone = 0;
        letGo(waiting.remove());
    }

    /** The buffer that small things are gathered in, with room for {@code bytes} more. */
    private ByteBuf gather(int bytes) {
        if (gathered != null && gathered.writableBytes() < bytes && gathered.readableBytes() + bytes > GATHER_BYTES_MAX)
            sendGathered();
        if (gathered == null) gathered = channel.alloc().directBuffer(Math.max(bytes, GATHER_BYTES_MIN));
        return gathered.ensureWritable(bytes);
    }

    private void sendGathered() {
        if (gathered == null) return;
        ByteBuf bytes = gathered;
        gathered = null;
        if (bytes.isReadable()) write(bytes, bytes.readableBytes());
        else bytes.release();
    }

    private void write(Object message, int bytes) {
        aheadBytes += bytes;
        channel.write(message).addListener(written -> {
            aheadBytes -= bytes;
            if (closed) return;
            if (!written.isSuccess()) {
                fail(new IOException(written.cause()));
                return;
            }
            unsentBytes -= bytes;
            progress.sent(bytes);
            if (!waiting.isEmpty()) pump(); // in vain while pumping, which looks again itself
        });
    }

    private void fail(IOException cause) {
        if (closed) return;
        close();
        progress.failed(cause);
    }

    /** Lets go of all that waits. */
    void close() {
        closed = true;
        unsentBytes = 0;
        if (gathered != null) gathered.release();
        gathered = null;
        waiting.forEach(SendQueue::letGo);
        waiting.clear();
    }

    private static void letGo(Payload part) {
        if (part instanceof Payload.FileRange range) range.file().release();
    }
}
