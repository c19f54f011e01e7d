package io.ottla.kafkaprotocol;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.protocol.Errors;

/**
 * Leaves records out of a batch. It is gone through once to be judged ({@link #look}); if some of its records stay and some go, it is
 * gone through twice more, side by side, to be written anew ({@link #write}): one reader judges, the other copies. So nothing has to be
 * remembered of a record, and none is ever held, however large; memory is a window and a codec for each reader, and what is written.
 *
 * <p>Belongs to one piece of disk work. Source: MemoryRecords.filterTo of Kafka, which holds whole records; KIP-534.
 */
public final class RecordFilter implements AutoCloseable {

    /** Says which records stay. It is asked about each record twice and has to give the same answer. */
    public interface Judge {
        /** A piece of the key of the record that {@link #keeps} will be asked about next. Not called for an empty key. */
        void key(ByteBuffer bytes, int position, int length);

        /** @param record of which only what {@link RecordReader#skim} tells is known */
        boolean keeps(RecordReader record);
    }

    /** What a batch turned out to be. */
    public sealed interface Looked {
        /**
         * @param maxTimestamp of the kept ones; {@link BatchView#NO_TIMESTAMP} if none has one
         * @param unpackedBytes what the records came to
         */
        record Judged(int records, int kept, boolean keepsTombstones, long maxTimestamp, long unpackedBytes)
                implements Looked {}

        /** As {@link RecordReader#error} and {@link RecordReader#problem} have it. */
        record Unreadable(Errors error, String problem) implements Looked {}
    }

    private final RecordReader reader;
    private final RecordSource copied;

    /** As {@link RecordReader#RecordReader(long, int)}. */
    public RecordFilter(long unpackedBytesMax, int heldBytesMax) {
        reader = new RecordReader(unpackedBytesMax, heldBytesMax);
        copied = new RecordSource(unpackedBytesMax, heldBytesMax);
    }

    /** Judges all records of a batch of any magic. */
    public Looked look(BatchView batch, Judge judge) {
        int records = 0;
        int kept = 0;
        boolean keepsTombstones = false;
        long maxTimestamp = BatchView.NO_TIMESTAMP;
        reader.skim(batch, judge::key);
        RecordReader.Step step = reader.next();
        for (; step == RecordReader.Step.RECORD; step = reader.next()) {
            records++;
            if (!judge.keeps(reader)) continue;
            kept++;
            keepsTombstones |= !reader.hasValue();
            maxTimestamp = Math.max(maxTimestamp, reader.timestampMs());
        }
        if (step == RecordReader.Step.CORRUPT) return new Looked.Unreadable(reader.error(), reader.problem());
        return new Looked.Judged(records, kept, keepsTombstones, maxTimestamp, reader.bytesRead());
    }

    /**
     * A batch of magic 2 without the records that go, packed as it was. Base and last offset, sequences and all else that is not of
     * single records stay. The judge begins with the first record again.
     *
     * @param judged what {@link #look} said of this batch
     * @param deleteHorizonMs what the batch gets as the time from which its tombstones may go; empty if it keeps what it has
     * @return empty if it comes to more than {@code bytesMax}
     */
    public Optional<ByteBuffer> write(
            BatchView batch, Judge judge, Looked.Judged judged, OptionalLong deleteHorizonMs, int bytesMax) {
        Compression compression = Compression.of(batch.codec());
        PackedBytes out = new PackedBytes(Math.min(bytesMax, batch.sizeBytes()));
        out.write(batch.buffer().slice(batch.position(), BatchView.HEADER_BYTES_V2));
        reader.skim(batch, judge::key);
        try (OutputStream packer = compression.packInto(out, (byte) 2)) {
            Copy copy = new Copy(batch, deleteHorizonMs.orElse(batch.baseTimestamp()), packer);
            while (reader.next() == RecordReader.Step.RECORD) {
                if (judge.keeps(reader)) copy.record(out, bytesMax);
                else copy.pass();
                if (out.position() > bytesMax) return Optional.empty();
            }
        } catch (IOException e) {
            throw Compression.inMemory(e);
        } catch (CorruptRecords e) {
            throw new IllegalStateException("these records have been read before", e);
        }
        if (out.position() > bytesMax) return Optional.empty();
        ByteBuffer bytes = out.buffer().flip();
        int attributes = batch.attributes();
        if (deleteHorizonMs.isPresent()) attributes |= BatchView.DELETE_HORIZON_BIT;
        bytes.putInt(BatchView.LENGTH, bytes.limit() - BatchView.PREFIX_BYTES);
        bytes.putShort(BatchView.ATTRIBUTES, (short) attributes);
        deleteHorizonMs.ifPresent(horizon -> bytes.putLong(BatchView.BASE_TIMESTAMP, horizon));
        if (batch.timestampType() == TimestampType.CREATE_TIME)
            bytes.putLong(BatchView.MAX_TIMESTAMP, judged.maxTimestamp());
        bytes.putInt(BatchView.RECORD_COUNT, judged.kept());
        new BatchView().wrap(bytes, 0).updateCrc();
        return Optional.of(bytes);
    }

    /** The records of a batch on their way into another one. Only their timestamps' base may differ, and so their lengths. */
    private final class Copy {
        private final long moveOfBase;
        private final OutputStream packer;
        private final RecordBytes prefix = new RecordBytes(32);
        private byte[] piece = new byte[0];

        Copy(BatchView batch, long baseTimestamp, OutputStream packer) throws CorruptRecords {
            moveOfBase = batch.baseTimestamp() - baseTimestamp;
            this.packer = packer;
            int from = batch.bodyPosition();
            int size = batch.endPosition() - from;
            if (batch.isCompressed())
                copied.openPacked(batch.codec(), batch.buffer().slice(from, size), (byte) 2);
            else copied.openPlain(batch.buffer(), from, from + size);
        }

        void pass() throws CorruptRecords {
            copied.skip(copied.varint());
        }

        /** Gives up within the record if {@code out} gets too large. */
        void record(PackedBytes out, int bytesMax) throws CorruptRecords, IOException {
            int size = copied.varint();
            long end = copied.bytesRead() + size;
            copied.hold(1);
            byte attributes = copied.window.get(copied.position);
            copied.skip(1);
            long timestampDelta = copied.varlong() + moveOfBase;
            int left = (int) (end - copied.bytesRead());
            prefix.clear();
            prefix.putVarint(1 + RecordBytes.sizeOfVarlong(timestampDelta) + left);
            prefix.put(attributes);
            prefix.putVarlong(timestampDelta);
            packer.write(prefix.array(), 0, prefix.size());
            while (left > 0 && out.position() <= bytesMax) {
                copied.hold(1);
                int count = Math.min(left, copied.limit - copied.position);
                write(count);
                copied.position += count;
                left -= count;
            }
        }

        private void write(int count) throws IOException {
            if (copied.window.hasArray()) {
                packer.write(copied.window.array(), copied.window.arrayOffset() + copied.position, count);
                return;
            }
            if (piece.length == 0) piece = new byte[RecordSource.WINDOW_BYTES];
            for (int done = 0; done < count; done += piece.length) {
                int bytes = Math.min(piece.length, count - done);
                copied.window.get(copied.position + done, piece, 0, bytes);
                packer.write(piece, 0, bytes);
            }
        }
    }

    /** Frees the memory of the codecs. */
    @Override
    public void close() {
        reader.close();
        copied.close();
    }
}
