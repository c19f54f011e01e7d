package io.ottla.base;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * An open file. Reads and writes name their position; there is no cursor.
 *
 * <p>Counted: it is born with one holder. Whoever hands it on to somebody who outlives the call (a reply that is sent
 * later) retains it first; the file is closed when the last holder has released it. Counting is safe from any thread.
 */
public interface DiskFile {

    /** Length in bytes, including what was written and not yet synced. */
    long size() throws IOException;

    /**
     * Reads from {@code position} into {@code target}, until it is full or the file ends; may block on a cold page.
     *
     * @return the number of bytes read; 0 at or past the end
     */
    int read(long position, ByteBuffer target) throws IOException;

    /**
     * As {@link #read}, but only what can be had without waiting for the device.
     *
     * @return the number of bytes read, which may be fewer than asked; −1 if the first is not in the page cache
     */
    int readCached(long position, ByteBuffer target) throws IOException;

    /**
     * Writes all of {@code source} at {@code position} into the page cache; a gap before it reads as zeros. When this
     * throws, any prefix of the bytes may have been written.
     */
    void write(long position, ByteBuffer source) throws IOException;

    /** Cuts or, with zeros, extends to {@code size} bytes. */
    void truncate(long size) throws IOException;

    /** Makes content and length durable. Blocks. After it threw, the file's unsynced bytes are in an unknown state for ever. */
    void sync() throws IOException;

    void retain();

    /** Gives up one hold. Never throws; a failure to close is the port's to report. */
    void release();
}
