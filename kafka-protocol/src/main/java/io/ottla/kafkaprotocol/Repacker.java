package io.ottla.kafkaprotocol;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;

/** Packs the records of a sound batch of magic 2 with another codec, as a stream: the records' bytes do not change. */
final class Repacker implements AutoCloseable {
    private final RecordSource source = new RecordSource(RecordReader.UNPACKED_BYTES_MAX, RecordReader.HELD_BYTES_MAX);

    /** Those under which the batches that come next were judged: what was read then can be read again. */
    void limits(long unpackedBytesMax, int heldBytesMax) {
        source.limit(unpackedBytesMax, heldBytesMax);
    }

    /**
     * The batch anew, with its checksum.
     *
     * @return empty if it comes to more than {@code batchBytesMax}
     */
    Optional<ByteBuffer> repack(BatchView batch, Compression target, int batchBytesMax) {
        PackedBytes out = new PackedBytes(Math.min(batchBytesMax, BatchView.HEADER_BYTES_V2 + batch.sizeBytes()));
        out.write(batch.buffer().slice(batch.position(), BatchView.HEADER_BYTES_V2));
        try (OutputStream packer = target.packInto(out, (byte) 2)) {
            open(batch);
            while (source.hasMore()) {
                ByteBuffer piece = source.window.slice(source.position, source.limit - source.position);
                source.position = source.limit;
                write(piece, packer);
                if (out.position() > batchBytesMax) return Optional.empty();
            }
        } catch (IOException e) {
            throw Compression.inMemory(e);
        } catch (CorruptRecords e) {
            throw new IllegalStateException("these records have been read before", e);
        }
        ByteBuffer bytes = out.buffer().flip();
        if (bytes.limit() > batchBytesMax) return Optional.empty();
        int attributes =
                (batch.attributes() & ~BatchView.CODEC_MASK) | target.codec().id();
        bytes.putShort(BatchView.ATTRIBUTES, (short) attributes);
        bytes.putInt(BatchView.LENGTH, bytes.limit() - BatchView.PREFIX_BYTES);
        new BatchView().wrap(bytes, 0).updateCrc();
        return Optional.of(bytes);
    }

    private void open(BatchView batch) throws CorruptRecords {
        int from = batch.bodyPosition();
        if (batch.isCompressed())
            source.openPacked(batch.codec(), batch.buffer().slice(from, batch.endPosition() - from), (byte) 2);
        else source.openPlain(batch.buffer(), from, batch.endPosition());
    }

    private static void write(ByteBuffer piece, OutputStream packer) throws IOException {
        if (piece.hasArray()) {
            packer.write(piece.array(), piece.arrayOffset(), piece.remaining());
            return;
        }
        byte[] copy = new byte[Math.min(piece.remaining(), RecordSource.WINDOW_BYTES)];
        while (piece.hasRemaining()) {
            int count = Math.min(copy.length, piece.remaining());
            piece.get(copy, 0, count);
            packer.write(copy, 0, count);
        }
    }

    @Override
    public void close() {
        source.close();
    }
}
