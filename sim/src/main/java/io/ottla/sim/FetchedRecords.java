package io.ottla.sim;

import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.Batches;
import io.ottla.kafkaprotocol.RecordReader;
import io.ottla.sim.Observation.Read;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** What a client takes from the bytes of a fetch: whole batches only, and of them what lies at or above the asked offset. */
final class FetchedRecords {
    private FetchedRecords() {}

    /** @throws AssertionError if a whole batch is damaged */
    static List<Read> from(ByteBuffer bytes, long fetchOffset) {
        List<Read> records = new ArrayList<>();
        Batches.forEach(bytes, batch -> collect(batch, fetchOffset, records));
        return records;
    }

    /** The offset after the last whole batch, which may have lost its last records to compaction; −1 without one. */
    static long end(ByteBuffer bytes) {
        long[] end = {-1};
        Batches.forEach(bytes, batch -> end[0] = batch.nextOffset());
        return end[0];
    }

    private static void collect(BatchView batch, long fetchOffset, List<Read> records) {
        if (!batch.isCrcValid()) throw new AssertionError("a batch with a wrong checksum was read: " + batch);
        try (RecordReader reader = new RecordReader().open(batch)) {
            RecordReader.Step step = reader.next();
            for (; step == RecordReader.Step.RECORD; step = reader.next()) {
                if (reader.offset() < fetchOffset) continue;
                boolean knowsTime = batch.magic() > 0;
                boolean knowsSequence = batch.hasProducerId();
                records.add(new Read(
                        reader.offset(),
                        reader.key().map(FetchedRecords::text),
                        reader.value().map(FetchedRecords::text),
                        knowsTime ? OptionalLong.of(reader.timestampMs()) : OptionalLong.empty(),
                        knowsSequence
                                ? OptionalLong.of(batch.baseSequence() + (reader.offset() - batch.baseOffset()))
                                : OptionalLong.empty()));
            }
            if (step != RecordReader.Step.END)
                throw new AssertionError("a damaged batch was read: " + reader.problem());
        }
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.US_ASCII.decode(bytes.duplicate()).toString();
    }
}
