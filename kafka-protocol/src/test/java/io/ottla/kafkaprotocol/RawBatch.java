package io.ottla.kafkaprotocol;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/** Writes batches of magic 2 field by field, wrong ones too, with the right checksum unless told. */
final class RawBatch {
    long baseOffset;
    int attributes;
    int count = 1;
    int lastOffsetDelta = -100;
    long baseTimestamp = 1000;
    long maxTimestamp = 1000;
    long producerId = -1;
    short producerEpoch = -1;
    int baseSequence = -1;
    byte magic = 2;
    boolean hasWrongCrc;
    int lengthError;
    byte[] records = records(r -> record(r, 0));

    static RawBatch with(Consumer<RawBatch> change) {
        RawBatch batch = new RawBatch();
        change.accept(batch);
        return batch;
    }

    ByteBuffer bytes() {
        ByteBuffer bytes = ByteBuffer.allocate(BatchView.HEADER_BYTES_V2 + records.length);
        bytes.putLong(baseOffset)
                .putInt(bytes.capacity() - 12)
                .putInt(-1)
                .put(magic)
                .putInt(0)
                .putShort((short) attributes)
                .putInt(lastOffsetDelta == -100 ? count - 1 : lastOffsetDelta)
                .putLong(baseTimestamp)
                .putLong(maxTimestamp)
                .putLong(producerId)
                .putShort(producerEpoch)
                .putInt(baseSequence)
                .putInt(count)
                .put(records)
                .flip();
        if (magic == 2) new BatchView().wrap(bytes, 0).updateCrc();
        if (hasWrongCrc) bytes.putInt(BatchView.CRC, ~bytes.getInt(BatchView.CRC));
        bytes.putInt(BatchView.LENGTH, bytes.getInt(BatchView.LENGTH) + lengthError);
        return bytes;
    }

    /** Packs the records as they are now. */
    RawBatch pack(Codec codec) {
        return packed(codec, RawBatch.pack(codec, records));
    }

    /** Says that this is what the codec made of the records. */
    RawBatch packed(Codec codec, byte[] packed) {
        records = packed;
        attributes = codec.id();
        return this;
    }

    static byte[] pack(Codec codec, byte[] plain) {
        PackedBytes out = new PackedBytes(64);
        try (OutputStream packer = Compression.of(codec).packInto(out, (byte) 2)) {
            packer.write(plain);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return Arrays.copyOf(out.buffer().array(), out.position());
    }

    static byte[] records(Consumer<RecordBytes> writer) {
        RecordBytes bytes = new RecordBytes(64);
        writer.accept(bytes);
        return Arrays.copyOf(bytes.array(), bytes.size());
    }

    /** key "k", value "v", no headers */
    static void record(RecordBytes to, int offsetDelta) {
        record(to, offsetDelta, 0);
    }

    static void record(RecordBytes to, int offsetDelta, long timestampDelta) {
        sized(to, body -> {
            body.put((byte) 0);
            body.putVarlong(timestampDelta);
            body.putVarint(offsetDelta);
            field(body, "k");
            field(body, "v");
            body.putVarint(0);
        });
    }

    /** A record that is right up to its key, which {@code rest} writes with all that follows. */
    static byte[] recordWith(Consumer<RecordBytes> rest) {
        return records(r -> sized(r, body -> {
            body.put((byte) 0);
            body.putVarlong(0);
            body.putVarint(0);
            rest.accept(body);
        }));
    }

    static void sized(RecordBytes to, Consumer<RecordBytes> body) {
        byte[] bytes = records(body);
        to.putVarint(bytes.length);
        to.put(bytes);
    }

    static void field(RecordBytes to, String text) {
        to.putVarint(text.length());
        to.put(text.getBytes(StandardCharsets.US_ASCII));
    }
}
