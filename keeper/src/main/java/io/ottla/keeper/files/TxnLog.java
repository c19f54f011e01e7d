package io.ottla.keeper.files;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.Adler32;

/**
 * The file that transactions are appended to (FileTxnLog of the original). Used by one disk thread at a time.
 *
 * <pre>
 * log.ZXID   := header record* zeros            ZXID: of the first record, hexadecimal
 * header     := "ZKLG" version:int=2 dbid:long=0
 * record     := adler32:long length:int entry end:byte='B'     the checksum is of the entry alone
 * entry      := see LoggedTxn, then mark:int      "sync" in the first record of each write, "more" in the others
 * </pre>
 *
 * <p>"sync" says that everything before the record was durable when it was written. So a reader that finds a bad record knows
 * whether a write was torn by a power loss (only "more" behind it: cut it off) or what was acknowledged is damaged (a
 * "sync" behind it, or a record of the original, which has no marks: stop). The original reads past the mark, as it does past
 * whatever follows the last field.
 *
 * <p>Room is made ahead with zeros, which end the log for a reader: so a sync mostly has no new length to record, and a full disk
 * shows before anything of a transaction is written.
 */
public final class TxnLog {
    static final int MAGIC = 0x5A4B4C47;
    static final int VERSION = 2;
    public static final int HEADER_BYTES = 16;
    static final int RECORD_OVERHEAD_BYTES = 13;
    static final byte END = 'B';
    static final int MARK_SYNC = 0x73796E63;
    static final int MARK_MORE = 0x6D6F7265;
    static final int MARK_BYTES = 4;

    /** Room is made in multiples of so many bytes. */
    static final int ROOM_BYTES = 256 * 1024;

    private static final long ROOM_STEP_BYTES_MAX = 4L << 20;
    private static final int SMALL_WRITE_BYTES = 16 * 1024;

    private final Disk disk;
    private final Path directory;
    private DiskFile file;
    private long position;
    private long size;

    /** Nothing of the batch was written: the log is as it was, and may be written to again. */
    public static final class NoRoom extends IOException {
        private static final long serialVersionUID = 1;

        NoRoom(IOException cause) {
            super("no room in the transaction log: " + cause.getMessage(), cause);
        }
    }

    public TxnLog(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    public static String name(long zxid) {
        return "log." + Long.toHexString(zxid);
    }

    /** What one takes in the file. */
    public static int recordBytes(Proposal proposal) {
        return proposal.bytes().length + MARK_BYTES + RECORD_OVERHEAD_BYTES;
    }

    /**
     * Makes the proposals durable: all of them, when it returns.
     *
     * @throws NoRoom if nothing was written
     * @throws IOException if it is not known what was written: the log must not be used any more
     */
    public void append(List<Proposal> proposals) throws IOException {
        int bytes = 0;
        for (Proposal proposal : proposals) bytes = Math.addExact(bytes, recordBytes(proposal));
        makeRoom(proposals.getFirst().zxid(), bytes);
        ByteBuffer batch = ByteBuffer.allocate(bytes);
        Adler32 adler = new Adler32();
        int mark = MARK_SYNC;
        for (Proposal proposal : proposals) {
            byte[] entry = proposal.bytes();
            int start = batch.position();
            batch.putLong(0).putInt(entry.length + MARK_BYTES).put(entry).putInt(mark);
            mark = MARK_MORE;
            adler.reset();
            adler.update(batch.duplicate().flip().position(start + 12));
            batch.putLong(start, adler.getValue()).put(END);
        }
        file.write(position, batch.flip());
        file.sync();
        position += bytes;
    }

    private void makeRoom(long firstZxid, int bytes) throws IOException {
        if (file != null && position + bytes <= size) return;
        try {
            if (file == null) {
                create(firstZxid, roundUp(HEADER_BYTES + (long) bytes));
            } else {
                size = extend(roundUp(position + bytes), bytes <= SMALL_WRITE_BYTES);
            }
        } catch (IOException e) {
            throw new NoRoom(e);
        }
    }

    /**
     * Makes room. For small writes, which wait for nothing but their sync, much at a time, so that few of them pay for it (a millisecond
     * for each megabyte); for large ones only what they need: under load that would be a stall for all, and twice the bytes.
     *
     * @param least what is needed now; all that is made if there is no room for more
     * @return the size of the file
     */
    private long extend(long least, boolean far) throws IOException {
        long wanted = far ? Math.max(least, roundUp(size + Math.min(size, ROOM_STEP_BYTES_MAX))) : least;
        try {
            zeros(size, wanted);
            return wanted;
        } catch (IOException e) {
            if (wanted == least) throw e;
            file.truncate(size);
            zeros(size, least);
            return least;
        }
    }

    private void create(long firstZxid, long wanted) throws IOException {
        Path path = directory.resolve(name(firstZxid));
        DiskFile created = disk.open(path, Disk.OpenMode.TRUNCATE);
        try {
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
            created.write(0, header.putInt(MAGIC).putInt(VERSION).putLong(0).flip());
            file = created;
            zeros(HEADER_BYTES, wanted);
            // before the first record, so that a bad header with records behind it is damage
            file.sync();
            disk.syncDirectory(directory);
        } catch (IOException e) {
            file = null;
            created.release();
            disk.delete(path);
            throw e;
        }
        position = HEADER_BYTES;
        size = wanted;
    }

    private void zeros(long from, long to) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocate(64 * 1024);
        for (long at = from; at < to; at += zeros.capacity()) {
            zeros.clear().limit((int) Math.min(zeros.capacity(), to - at));
            file.write(at, zeros);
        }
    }

    private static long roundUp(long bytes) {
        return (bytes + ROOM_BYTES - 1) / ROOM_BYTES * ROOM_BYTES;
    }

    /** The next transaction begins a new file; this one keeps no room behind its end. */
    public void roll() throws IOException {
        if (file == null) return;
        DiskFile full = file;
        file = null;
        try {
            full.truncate(position);
        } finally {
            full.release();
        }
    }

    /** Bytes of the records in the file that is written to. */
    long sizeBytes() {
        return file == null ? 0 : position;
    }

    public void close() throws IOException {
        roll();
    }
}
