package io.ottla.keeper.files;

import io.ottla.base.DiskFile;
import io.ottla.zookeeperprotocol.LoggedTxn;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.zip.Adler32;

/**
 * Reads a file of the transaction log (grammar: {@link TxnLog}) record by record, up to where it ends: at zeros, at the end of the
 * file, or at a record that a power loss left torn. On a disk thread only.
 */
public final class TxnLogReader {
    private static final int WINDOW_BYTES = 256 * 1024;

    private final DiskFile file;
    private final String name;
    private final long size;
    private final ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).flip();
    private final ByteBuffer last = ByteBuffer.allocate(1);
    private long windowStart;
    private long position;

    public TxnLogReader(DiskFile file, String name) throws IOException {
        this.file = file;
        this.name = name;
        size = file.size();
    }

    /**
     * False if the header was never whole: the file was just being made, and has nothing else.
     *
     * @throws IOException if it is no transaction log, or its header is damaged
     */
    public boolean readHeader() throws IOException {
        position = TxnLog.HEADER_BYTES;
        ByteBuffer header = ByteBuffer.allocate(TxnLog.HEADER_BYTES);
        file.read(0, header);
        int magic = header.getInt(0);
        int version = header.getInt(4);
        if (magic == TxnLog.MAGIC && version == TxnLog.VERSION && size >= TxnLog.HEADER_BYTES) return true;
        ByteBuffer whole = ByteBuffer.allocate(TxnLog.HEADER_BYTES)
                .putInt(TxnLog.MAGIC)
                .putInt(TxnLog.VERSION)
                .putLong(0);
        boolean begun = skipZeros(TxnLog.HEADER_BYTES) >= size;
        for (int i = 0; i < TxnLog.HEADER_BYTES; i++) begun &= header.get(i) == 0 || header.get(i) == whole.get(i);
        if (begun) return false;
        if (magic != TxnLog.MAGIC) throw new IOException(name + " is no transaction log: it does not begin with ZKLG");
        throw new IOException(name + " has format version " + version + ", and 2 is known");
    }

    /** Where the last sound record ends. */
    public long position() {
        return position;
    }

    long size() {
        return size;
    }

    /** Empty at the end. */
    public Optional<Proposal> next() throws IOException {
        int length = next(position);
        if (length == 0) return Optional.empty();
        ByteBuffer entry = bytes(position + 12, length);
        Proposal next;
        try {
            next = Proposal.read(entry);
        } catch (IOException e) {
            throw new IOException(
                    "%s has at %d what is no transaction: %s".formatted(name, position, e.getMessage()), e);
        }
        position += TxnLog.RECORD_OVERHEAD_BYTES + length;
        return Optional.of(next);
    }

    /** The length of the entry of a sound record at that place; 0 if there is none. */
    private int next(long at) throws IOException {
        if (at + TxnLog.RECORD_OVERHEAD_BYTES > size) return 0;
        ByteBuffer head = bytes(at, 12);
        long checksum = head.getLong();
        int length = head.getInt();
        if (checksum >>> 32 != 0
                || length < LoggedTxn.HEADER_BYTES
                || length > size - at - TxnLog.RECORD_OVERHEAD_BYTES) return 0;
        // first, since a search through what is no log meets many lengths, and most are no record's
        if (at(at + 12 + length) != TxnLog.END) return 0;
        Adler32 adler = new Adler32();
        adler.update(bytes(at + 12, length));
        return adler.getValue() == checksum ? length : 0;
    }

    /**
     * Where, behind the end, a sound record stands that shows that the end is none (see {@link TxnLog}). Empty if nothing but a torn write
     * follows.
     */
    public Optional<Long> damagedBefore(long lastZxid) throws IOException {
        for (long at = position; at + TxnLog.RECORD_OVERHEAD_BYTES <= size; at++) {
            at = skipZeros(at);
            if (at + TxnLog.RECORD_OVERHEAD_BYTES > size) break;
            int length = next(at);
            if (length == 0) continue;
            long zxid = bytes(at + 12 + 12, 8).getLong();
            int mark = bytes(at + 12 + length - TxnLog.MARK_BYTES, TxnLog.MARK_BYTES)
                    .getInt();
            if (zxid > lastZxid && mark != TxnLog.MARK_MORE) return Optional.of(at);
        }
        return Optional.empty();
    }

    /** True if something other than zeros stands behind the end. */
    boolean torn() throws IOException {
        return skipZeros(position) < size;
    }

    /** The first place from {@code at} on where a record can begin: its checksum is not 0 in bytes 4 to 7. */
    private long skipZeros(long at) throws IOException {
        while (at < size) {
            int count = (int) Math.min(WINDOW_BYTES / 16, size - at);
            ByteBuffer part = bytes(at, count);
            int zeros = 0;
            while (zeros < count && part.get(zeros) == 0) zeros++;
            if (zeros < count) return at + Math.max(0, zeros - 7);
            at += Math.max(1, count - 7);
        }
        return at;
    }

    private byte at(long position) throws IOException {
        if (position >= windowStart && position < windowStart + window.limit())
            return window.get((int) (position - windowStart));
        file.read(position, last.clear());
        return last.get(0);
    }

    /** A view of bytes of the file, which must be there; good until the next call. */
    private ByteBuffer bytes(long at, int count) throws IOException {
        if (count > WINDOW_BYTES) {
            ByteBuffer large = ByteBuffer.allocate(count);
            if (file.read(at, large) < count) throw new IOException(name + " became shorter while it was read");
            return large.flip();
        }
        if (at < windowStart || at + count > windowStart + window.limit()) {
            window.clear();
            file.read(at, window);
            window.flip();
            windowStart = at;
            if (window.limit() < count) throw new IOException(name + " became shorter while it was read");
        }
        return window.slice((int) (at - windowStart), count);
    }
}
