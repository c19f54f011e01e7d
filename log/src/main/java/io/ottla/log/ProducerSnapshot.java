package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * {@code <offset>.snapshot}: the producers of a partition, as its log up to that offset leaves them.
 *
 * <pre>
 * file  := version:i16=1 crc:u32 count:i32 entry{count}        crc is CRC-32C of all that follows it
 * entry := producerId:i64 epoch:i16 lastSequence:i32 lastOffset:i64 offsetDelta:i32 timestampMs:i64
 *          coordinatorEpoch:i32 transactionFirstOffset:i64     −1 where there is none
 * </pre>
 *
 * Only the last batch of a producer is in it. Source: ProducerStateManager and ProducerSnapshot.json of Kafka.
 */
final class ProducerSnapshot {
    static final String SUFFIX = ".snapshot";

    private static final short VERSION = 1;
    private static final int CRC_AT = 2;
    private static final int COUNT_AT = 6;
    private static final int HEADER_BYTES = 10;
    private static final int ENTRY_BYTES = 46;
    private static final int BYTES_MAX = 512 << 20;

    private ProducerSnapshot() {}

    static byte[] encode(Collection<ProducerEntry> entries) {
        ByteBuffer buffer = ByteBuffer.allocate(HEADER_BYTES + entries.size() * ENTRY_BYTES);
        buffer.putShort(VERSION).putInt(0).putInt(entries.size());
        for (ProducerEntry entry : entries) {
            int delta =
                    entry.isEmpty() ? 0 : entry.batch(entry.batchCount() - 1).offsetDelta();
            buffer.putLong(entry.producerId)
                    .putShort(entry.epoch)
                    .putInt(entry.lastSequence())
                    .putLong(entry.lastOffset())
                    .putInt(delta)
                    .putLong(entry.lastTimestampMs)
                    .putInt(entry.coordinatorEpoch)
                    .putLong(entry.transactionFirstOffset);
        }
        buffer.putInt(CRC_AT, crc(buffer.array()));
        return buffer.array();
    }

    /** @throws DamagedLog if it is no snapshot, or its checksum is wrong */
    static List<ProducerEntry> decode(byte[] bytes) throws DamagedLog {
        if (bytes.length < HEADER_BYTES) throw new DamagedLog("a producer snapshot of " + bytes.length + " bytes");
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        short version = buffer.getShort();
        if (version != VERSION) throw new DamagedLog("a producer snapshot of version " + version);
        if (buffer.getInt() != crc(bytes)) throw new DamagedLog("a producer snapshot with a wrong checksum");
        int count = buffer.getInt();
        if (count < 0 || (long) count * ENTRY_BYTES > buffer.remaining())
            throw new DamagedLog("a producer snapshot that announces " + count + " producers");
        List<ProducerEntry> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            ProducerEntry entry = new ProducerEntry(buffer.getLong());
            short epoch = buffer.getShort();
            int lastSequence = buffer.getInt();
            long lastOffset = buffer.getLong();
            int offsetDelta = buffer.getInt();
            long timestampMs = buffer.getLong();
            entry.epoch = epoch;
            if (lastOffset >= 0) entry.addBatch(epoch, lastSequence, lastOffset, offsetDelta, timestampMs);
            entry.lastTimestampMs = timestampMs;
            entry.coordinatorEpoch = buffer.getInt();
            entry.transactionFirstOffset = buffer.getLong();
            entries.add(entry);
        }
        return entries;
    }

    private static int crc(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, COUNT_AT, bytes.length - COUNT_AT);
        return (int) crc.getValue();
    }

    /** Blocks. */
    static void write(Disk disk, Path path, Collection<ProducerEntry> entries) throws IOException {
        DurableFile.replace(disk, path, encode(entries));
    }

    /** For one who syncs it later: after a power loss before that, it may be there with a wrong checksum. Blocks. */
    static void writeUnsynced(Disk disk, Path path, Collection<ProducerEntry> entries) throws IOException {
        DiskFile file = disk.open(path, Disk.OpenMode.TRUNCATE);
        try {
            file.write(0, ByteBuffer.wrap(encode(entries)));
        } finally {
            file.release();
        }
    }

    /** Blocks. */
    static List<ProducerEntry> read(Disk disk, Path path) throws IOException {
        return decode(DurableFile.read(disk, path, BYTES_MAX));
    }
}
