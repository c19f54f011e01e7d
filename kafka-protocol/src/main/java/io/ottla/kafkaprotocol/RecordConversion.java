package io.ottla.kafkaprotocol;

import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Errors;

/**
 * Turns batches into the older formats that consumers of before 0.11 and 0.10 read. A packed batch becomes one packed
 * message with the same codec, another becomes a message for each record. Headers are dropped, and so are control
 * batches, for those formats have no place for them; so is what lies before the offset asked for, where it is not packed.
 *
 * <p>Bounded twice: a record is held as a whole, and the messages come to no more than the caller has room for; a batch that needs more is
 * left to the next fetch, or is an error if it is the first. Belongs to one loop or one piece of disk work. Source: RecordsUtil.downConvert of
 * Kafka 3.9.
 */
public final class RecordConversion implements AutoCloseable {

    /** What came of it. */
    public sealed interface Converted {
        /** From position to limit; empty if nothing is left. */
        record Messages(ByteBuffer bytes) implements Converted {}

        /**
         * {@link Errors#UNSUPPORTED_COMPRESSION_TYPE} if the first batch is packed with zstd, {@link Errors#MESSAGE_TOO_LARGE} if there
         * is no room for it, else it cannot be read.
         */
        record Failed(Errors error, String message) implements Converted {}
    }

    private final RecordReader reader;
    private final BatchView batch = new BatchView();

    /** As {@link RecordReader#RecordReader(long, int)}. */
    public RecordConversion(long unpackedBytesMax, int heldBytesMax) {
        reader = new RecordReader(unpackedBytesMax, heldBytesMax);
    }

    /** The newest format that a fetch request of a version may be answered with: 0 to 1 magic 0, 2 to 3 magic 1. */
    public static byte magicForFetch(int apiVersion) {
        return (byte) (apiVersion <= 1 ? 0 : apiVersion <= 3 ? 1 : 2);
    }

    /** Whether there is anything to convert for a reader of {@code magic}. */
    public static boolean isNeeded(ByteBuffer batches, byte magic) {
        BatchView view = new BatchView();
        int at = batches.position();
        for (int size = Batches.sizeAt(batches, at); size > 0; size = Batches.sizeAt(batches, at)) {
            if (view.wrap(batches, at).magic() > magic) return true;
            at += size;
        }
        return false;
    }

    /**
     * Whole batches of {@code magic} or below stay as they are. If a later batch cannot be converted, those before it
     * are the answer, and the next fetch will meet it first.
     *
     * @param batches from position to limit; not changed
     * @param magic 0 or 1
     * @param fetchOffset what the consumer asked for
     * @param bytesMax what the messages may come to
     */
    public Converted toMagic(ByteBuffer batches, byte magic, long fetchOffset, int bytesMax) {
        MessageSet messages = new MessageSet(magic, Math.min(batches.remaining(), bytesMax));
        int at = batches.position();
        for (int size = Batches.sizeAt(batches, at); size > 0; size = Batches.sizeAt(batches, at)) {
            batch.wrap(batches, at);
            at += size;
            if (batch.isControl()) continue;
            int before = messages.sizeBytes();
            try {
                if (batch.magic() <= magic) messages.copy(batch);
                else convert(messages, fetchOffset, bytesMax);
                checkSize(messages, bytesMax);
            } catch (Inconvertible e) {
                if (before == 0) return new Converted.Failed(e.error, e.getMessage());
                messages.cut(before);
                break;
            }
        }
        return new Converted.Messages(messages.bytes());
    }

    private static void checkSize(MessageSet messages, int bytesMax) throws Inconvertible {
        if (messages.sizeBytes() > bytesMax)
            throw new Inconvertible(
                    Errors.MESSAGE_TOO_LARGE, "as old messages, the batch has more than %d bytes".formatted(bytesMax));
    }

    private void convert(MessageSet messages, long fetchOffset, int bytesMax) throws Inconvertible {
        int codecId = batch.codecId();
        if (codecId == Codec.ZSTD.id())
            throw new Inconvertible(
                    Errors.UNSUPPORTED_COMPRESSION_TYPE,
                    "old message formats have no place for batches packed with zstd");
        reader.open(batch);
        RecordReader.Step step = reader.next();
        if (step == RecordReader.Step.RECORD && codecId != 0) {
            messages.beginPacked(batch.codec(), batch.timestampType(), reader.offset());
            for (; step == RecordReader.Step.RECORD; step = reader.next()) {
                messages.addPacked(reader);
                checkSize(messages, bytesMax);
            }
            messages.endPacked();
        } else {
            for (; step == RecordReader.Step.RECORD; step = reader.next()) {
                if (reader.offset() >= fetchOffset) messages.add(reader, batch.timestampType());
                checkSize(messages, bytesMax);
            }
        }
        if (step == RecordReader.Step.CORRUPT) throw new Inconvertible(reader.error(), reader.problem());
    }

    private static final class Inconvertible extends Exception {
        private final transient Errors error;

        Inconvertible(Errors error, String why) {
            super(why, null, false, false);
            this.error = error;
        }
    }

    /** Frees the memory of the codecs. */
    @Override
    public void close() {
        reader.close();
    }
}
