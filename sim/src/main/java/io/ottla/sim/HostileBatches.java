package io.ottla.sim;

import io.ottla.base.SeededRandom;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/**
 * Records as a hostile producer sends them: batches of every magic and codec by Kafka's own builder, with fields that lie (counts, lengths, deltas, flags,
 * producers), and checksums that are right nevertheless, so that the lie is looked at.
 */
final class HostileBatches {
    private static final int SAMPLES = 120;
    private static final int MAGIC = 16;
    private static final int HEADER_BYTES_V2 = 61;

    private static final int LENGTH = 8;
    private static final int ATTRIBUTES = 21;

    /** Where the numbers of a batch of magic 2 are, and how many bytes they have. */
    private static final int[][] FIELDS = {
        {0, 8},
        {LENGTH, 4},
        {12, 4},
        {MAGIC, 1},
        {ATTRIBUTES, 2},
        {23, 4},
        {27, 8},
        {35, 8},
        {43, 8},
        {51, 2},
        {53, 4},
        {57, 4}
    };

    private final SeededRandom random;
    private final Vocabulary vocabulary;
    private final List<byte[]> samples = new ArrayList<>();

    HostileBatches(SeededRandom random, Vocabulary vocabulary) {
        this.random = random;
        this.vocabulary = vocabulary;
        for (int i = 0; i < SAMPLES; i++) samples.add(sample((byte) (i % 4 < 2 ? 2 : i % 4 - 2)));
    }

    private byte[] sample(byte magic) {
        SimpleRecord[] records = new SimpleRecord[1 + (random.chance(0.1) ? random.nextInt(200) : random.nextInt(4))];
        for (int i = 0; i < records.length; i++) records[i] = record();
        TimestampType type = random.chance(0.8) ? TimestampType.CREATE_TIME : TimestampType.LOG_APPEND_TIME;
        if (magic == 0) type = TimestampType.CREATE_TIME;
        CompressionType codec = CompressionType.forId(random.nextInt(magic == 2 ? 5 : 4));
        if (magic == 2 && codec != CompressionType.NONE && random.chance(0.4)) return packedDamage(codec, records);
        return bytes(MemoryRecords.withRecords(magic, 0, Compression.of(codec).build(), type, records));
    }

    private SimpleRecord record() {
        byte[] key = random.chance(0.3) ? null : new byte[] {'k', (byte) ('0' + random.nextInt(5))};
        byte[] value = random.chance(0.2) ? null : Odd.bytes(random, random.chance(0.02) ? 20_000 : random.nextInt(60));
        long timestamp =
                random.chance(0.7) ? VirtualClock.EPOCH_MS + random.nextInt(100_000) : Math.max(-1, Odd.number(random));
        return new SimpleRecord(timestamp, key, value);
    }

    private static byte[] bytes(MemoryRecords records) {
        ByteBuffer buffer = records.buffer().duplicate();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    /** Records that were damaged, or are none at all, or unpack to far more than they are, before they were packed. */
    private byte[] packedDamage(CompressionType codec, SimpleRecord[] records) {
        byte[] plain =
                bytes(MemoryRecords.withRecords((byte) 2, 0, Compression.NONE, TimestampType.CREATE_TIME, records));
        byte[] body = java.util.Arrays.copyOfRange(plain, HEADER_BYTES_V2, plain.length);
        body = random.chance(0.1) ? new byte[random.nextInt(1 << 20)] : Odd.damaged(body, 0, random);
        try (ByteBufferOutputStream packed = new ByteBufferOutputStream(256)) {
            try (OutputStream packer = Compression.of(codec).build().wrapForOutput(packed, (byte) 2)) {
                packer.write(body);
            }
            ByteBuffer out = packed.buffer().flip();
            byte[] batch = java.util.Arrays.copyOf(plain, HEADER_BYTES_V2 + out.remaining());
            out.get(batch, HEADER_BYTES_V2, batch.length - HEADER_BYTES_V2);
            ByteBuffer.wrap(batch).putInt(LENGTH, batch.length - 12).putShort(ATTRIBUTES, (short) codec.id);
            return checked(batch);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One batch, rarely two or none. */
    byte[] next(int produceVersion) {
        byte[] batch = one(produceVersion);
        if (random.chance(0.95)) return batch;
        if (random.chance(0.3)) return new byte[0];
        byte[] second = one(produceVersion);
        byte[] both = java.util.Arrays.copyOf(batch, batch.length + second.length);
        System.arraycopy(second, 0, both, batch.length, second.length);
        return both;
    }

    private byte[] one(int produceVersion) {
        byte magic = (byte) (produceVersion < 2 ? 0 : produceVersion == 2 ? 1 : 2);
        byte[] sample;
        do sample = samples.get(random.nextInt(SAMPLES)).clone();
        while (sample[MAGIC] != magic && random.chance(0.97));
        if (sample[MAGIC] == 2) {
            if (random.chance(0.3)) produced(sample);
            if (random.chance(0.3)) lie(sample);
        }
        if (random.chance(0.1)) sample = Odd.damaged(sample, 0, random);
        return random.chance(0.95) ? checked(sample) : sample;
    }

    /** By a producer that is known, with a sequence that may be right. */
    private void produced(byte[] batch) {
        Vocabulary.Producer producer = vocabulary.producer();
        boolean odd = random.chance(0.1);
        ByteBuffer.wrap(batch)
                .putLong(43, odd ? Odd.number(random) : producer.id())
                .putShort(51, random.chance(0.1) ? (short) Odd.number(random) : producer.epoch())
                .putInt(53, random.chance(0.7) ? random.nextInt(4) : (int) Odd.number(random));
        if (random.chance(0.15)) flag(batch, 0x10);
        if (random.chance(0.15)) flag(batch, 0x20);
    }

    private static void flag(byte[] batch, int bit) {
        batch[ATTRIBUTES + 1] |= (byte) bit;
    }

    private void lie(byte[] batch) {
        int[] field = FIELDS[random.nextInt(FIELDS.length)];
        long number = random.chance(0.5) ? Odd.number(random) : random.nextInt(8);
        for (int i = 0; i < field[1]; i++) batch[field[0] + i] = (byte) (number >>> (8 * (field[1] - 1 - i)));
    }

    private static byte[] checked(byte[] batch) {
        if (batch.length > HEADER_BYTES_V2 - 1 && batch[MAGIC] == RecordBatch.MAGIC_VALUE_V2) {
            CRC32C crc = new CRC32C();
            crc.update(batch, ATTRIBUTES, batch.length - ATTRIBUTES);
            ByteBuffer.wrap(batch).putInt(17, (int) crc.getValue());
        } else if (batch.length > MAGIC && batch[MAGIC] < 2) {
            CRC32 crc = new CRC32();
            int end = Math.clamp(ByteBuffer.wrap(batch).getInt(LENGTH) + 12L, MAGIC, batch.length);
            crc.update(batch, MAGIC, end - MAGIC);
            ByteBuffer.wrap(batch).putInt(12, (int) crc.getValue());
        }
        return batch;
    }
}
