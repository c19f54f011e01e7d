package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code .txnindex}: the aborted transactions whose marker is in the segment, in the order of their markers.
 *
 * <pre>
 * file  := entry*
 * entry := version:i16=0 producerId:i64 firstOffset:i64 lastOffset:i64 lastStableOffset:i64
 * </pre>
 *
 * Most segments have none, and then there is no file. Source: TransactionIndex and AbortedTxn of Kafka's storage.
 */
final class TransactionIndex {
    static final int ENTRY_BYTES = 34;
    static final String SUFFIX = ".txnindex";
    private static final int BYTES_MAX = 64 << 20;

    private final OpenFiles files;
    private final Path path;
    /** Whether there may be entries in the file. */
    private boolean exists;
    /** The entries, once somebody has read them; empty until then. */
    private Optional<List<AbortedTxn>> known = Optional.empty();

    TransactionIndex(OpenFiles files, Path path, boolean exists) {
        this.files = files;
        this.path = path;
        this.exists = exists;
    }

    boolean exists() {
        return exists;
    }

    Path path() {
        return path;
    }

    /**
     * Adds entries, for an append to the segment that follows.
     *
     * @return takes them away again, if nothing comes of that append, or of this
     */
    Undo append(List<AbortedTxn> txns) throws IOException {
        if (txns.isEmpty()) return () -> {};
        DiskFile file = files.create(path);
        long at = file.size() / ENTRY_BYTES * ENTRY_BYTES;
        Undo undo = () -> {
            files.get(path).truncate(at);
            known = Optional.empty();
        };
        try {
            file.write(at, encode(txns));
        } catch (IOException e) {
            undo.run();
            throw e;
        }
        exists = true;
        known.ifPresent(entries -> entries.addAll(txns));
        return undo;
    }

    @FunctionalInterface
    interface Undo {
        void run() throws IOException;
    }

    /** All entries; blocks if they are not in the page cache and nobody asked before. */
    List<AbortedTxn> entries() throws IOException {
        if (!exists) return List.of();
        if (known.isEmpty()) known = Optional.of(new ArrayList<>(read(files.disk(), path)));
        return known.get();
    }

    /** Gives up the memory. */
    void rest() {
        known = Optional.empty();
    }

    static ByteBuffer encode(List<AbortedTxn> txns) {
        ByteBuffer buffer = ByteBuffer.allocate(txns.size() * ENTRY_BYTES);
        for (AbortedTxn txn : txns)
            buffer.putShort((short) 0)
                    .putLong(txn.producerId())
                    .putLong(txn.firstOffset())
                    .putLong(txn.lastOffset())
                    .putLong(txn.lastStableOffset());
        return buffer.flip();
    }

    /** Up to the first entry that cannot be one. */
    static List<AbortedTxn> decode(ByteBuffer buffer) {
        List<AbortedTxn> txns = new ArrayList<>(buffer.remaining() / ENTRY_BYTES);
        while (buffer.remaining() >= ENTRY_BYTES) {
            if (buffer.getShort() != 0) break;
            AbortedTxn txn = new AbortedTxn(buffer.getLong(), buffer.getLong(), buffer.getLong(), buffer.getLong());
            if (txn.firstOffset() > txn.lastOffset()) break;
            txns.add(txn);
        }
        return txns;
    }

    static List<AbortedTxn> read(Disk disk, Path path) throws IOException {
        if (!disk.exists(path)) return List.of();
        return decode(ByteBuffer.wrap(DurableFile.read(disk, path, BYTES_MAX)));
    }
}
