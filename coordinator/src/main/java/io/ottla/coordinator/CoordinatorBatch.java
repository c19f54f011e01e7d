package io.ottla.coordinator;

import io.ottla.kafkaprotocol.BatchBuilder;
import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.Batches;
import io.ottla.kafkaprotocol.Compression;
import io.ottla.kafkaprotocol.EndTxnMarker;
import io.ottla.kafkaprotocol.NewRecord;
import io.ottla.kafkaprotocol.RecordReader;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/**
 * Record batches of the internal topic: builds one, and walks through those of a log.
 *
 * @param compression of the batches that are built
 */
record CoordinatorBatch(Compression compression) {
    /** What one batch in the log may unpack to, bytes. */
    private static final long UNPACKED_BYTES_MAX = 1L << 30;
    /** What one record in the log may be, bytes. */
    private static final int RECORD_BYTES_MAX = 256 << 20;

    /** A record as bytes. */
    record Raw(byte[] key, Optional<byte[]> value) {
        /** More than what a record can cost around its key and value. */
        static final int OVERHEAD_BYTES = 21;

        static Raw of(CoordinatorRecord record) {
            return new Raw(record.keyBytes(), record.valueBytes());
        }

        int sizeBytes() {
            return OVERHEAD_BYTES
                    + key.length
                    + value.map(bytes -> bytes.length).orElse(0);
        }
    }

    /** Sees what is in a log. */
    interface Visitor {
        /** @param producerId of the transaction that the record belongs to; −1 if none */
        void record(long offset, long producerId, ByteBuffer key, Optional<ByteBuffer> value);

        /** A transaction of the producer ended. */
        void marker(long producerId, boolean committed);

        /** A record or batch that cannot be read. */
        void damaged(long offset, String why);
    }

    /** One batch of these records, complete but for offsets and leader epoch. */
    ByteBuffer encode(List<Raw> records, long timestampMs) {
        BatchBuilder builder = new BatchBuilder().compression(compression);
        for (Raw record : records) {
            builder.append(new NewRecord(
                    timestampMs,
                    Optional.of(ByteBuffer.wrap(record.key)),
                    record.value.map(ByteBuffer::wrap),
                    List.of()));
        }
        return builder.build();
    }

    /** Shows everything in these whole batches, in order. Memory: the largest batch, unpacked a piece at a time. */
    void forEach(ByteBuffer batches, Visitor visitor) {
        try (RecordReader reader = new RecordReader(UNPACKED_BYTES_MAX, RECORD_BYTES_MAX)) {
            int walked = Batches.forEach(batches, batch -> {
                if (!batch.isCrcValid()) visitor.damaged(batch.baseOffset(), "its checksum is wrong");
                else if (batch.isControl()) readMarker(reader.open(batch), batch, visitor);
                else readRecords(reader.open(batch), batch, visitor);
            });
            if (walked < batches.remaining()) visitor.damaged(-1, "no whole batch follows the last one");
        }
    }

    private static void readRecords(RecordReader reader, BatchView batch, Visitor visitor) {
        long producerId = batch.isTransactional() ? batch.producerId() : BatchView.NO_PRODUCER_ID;
        RecordReader.Step step;
        while ((step = reader.next()) == RecordReader.Step.RECORD) {
            Optional<ByteBuffer> key = reader.key();
            if (key.isPresent()) visitor.record(reader.offset(), producerId, key.get(), reader.value());
            else visitor.damaged(reader.offset(), "it has no key");
        }
        if (step == RecordReader.Step.CORRUPT) visitor.damaged(batch.baseOffset(), reader.problem());
    }

    private static void readMarker(RecordReader reader, BatchView batch, Visitor visitor) {
        if (reader.next() != RecordReader.Step.RECORD
                || reader.key().isEmpty()
                || reader.value().isEmpty()) {
            if (!reader.problem().isEmpty()) visitor.damaged(batch.baseOffset(), reader.problem());
            return;
        }
        EndTxnMarker.parse(reader.key().get(), reader.value().get())
                .ifPresent(marker -> visitor.marker(batch.producerId(), marker.isCommit()));
    }
}
