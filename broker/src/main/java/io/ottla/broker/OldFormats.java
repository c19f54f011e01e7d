package io.ottla.broker;

import io.ottla.base.Clock;
import io.ottla.base.Disk;
import io.ottla.base.Network.Payload;
import io.ottla.base.Outcome;
import io.ottla.kafkamessages.FetchResponseData.PartitionData;
import io.ottla.kafkaprotocol.Batches;
import io.ottla.kafkaprotocol.FileRecords;
import io.ottla.kafkaprotocol.RecordConversion;
import io.ottla.kafkaprotocol.RecordReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.apache.kafka.common.protocol.Errors;

/**
 * Turns what was fetched into the message formats of clients before 0.11, on a disk thread: it reads and unpacks. On the loop.
 *
 * <p>Other answers are ranges of files; these are held in memory until they have left. So one is made at a time, none takes more than
 * {@link Limits#answerBytesMax}, and those that have not left take no more than {@link Limits#unsentBytesMax} together: fetches wait for
 * room, and a client that does not take its answer while others wait loses its connection. What does not fit into an answer is left to
 * the next fetch; a partition whose first batch would not fit into an empty one has the error MESSAGE_TOO_LARGE.
 */
final class OldFormats {

    /**
     * @param answerBytesMax of the messages in one answer; as much again is read for a partition, and half as much is one record at
     *     most
     * @param unsentBytesMax of the messages in all answers that have not left; at least {@code answerBytesMax}
     * @param unsentMsMax for so long an answer may stay while others wait for room
     */
    record Limits(int answerBytesMax, long unsentBytesMax, long unsentMsMax) {
        static final Limits DEFAULTS = of(8 << 20);

        static Limits of(int answerBytesMax) {
            return new Limits(answerBytesMax, 2L * answerBytesMax, 30_000);
        }
    }

    /** Takes the partitions, and what is to be run when they have left. */
    interface Then extends BiConsumer<List<Fetch.Told>, Runnable> {}

    private record Waiting(
            ClientConnection client, List<Fetch.Told> partitions, byte magic, boolean isCut, Then then) {}

    private final Disk disk;
    private final Clock clock;
    private final Limits limits;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private boolean isConverting;
    private long unsentBytes;
    private int turn;

    OldFormats(Disk disk, Clock clock, Limits limits) {
        this.disk = disk;
        this.clock = clock;
        this.limits = limits;
    }

    /**
     * @param partitions their records are replaced; files are let go
     * @param magic 0 or 1
     * @param isCut whether no more bytes may come than were asked for, even if that cuts the first message
     */
    void convert(ClientConnection client, List<Fetch.Told> partitions, byte magic, boolean isCut, Then then) {
        waiting.add(new Waiting(client, partitions, magic, isCut, then));
        next();
    }

    private void next() {
        if (isConverting || waiting.isEmpty()) return;
        if (unsentBytes > limits.unsentBytesMax() - limits.answerBytesMax()) return;
        isConverting = true;
        Waiting begun = waiting.remove();
        List<FileRecords> records = new ArrayList<>(begun.partitions.size());
        for (Fetch.Told told : begun.partitions)
            records.add((FileRecords) told.data().records());
        // an answer may be full before all had their turn, so that another partition begins each time
        int first = begun.partitions.isEmpty() ? 0 : Math.floorMod(turn++, begun.partitions.size());
        disk.submit(this, () -> convert(begun, records, first), outcome -> {
            isConverting = false;
            answer(begun, outcome);
            next();
        });
    }

    /** On a disk thread. */
    private List<RecordConversion.Converted> convert(Waiting begun, List<FileRecords> records, int first)
            throws IOException {
        int count = records.size();
        List<RecordConversion.Converted> converted =
                new ArrayList<>(records.stream().map(each -> NOTHING).toList());
        int leftBytes = limits.answerBytesMax();
        try (RecordConversion conversion =
                new RecordConversion(RecordReader.UNPACKED_BYTES_MAX, limits.answerBytesMax() / 2)) {
            for (int i = 0; i < count; i++) {
                int at = (first + i) % count;
                if (records.get(at).sizeInBytes() == 0) continue;
                RecordConversion.Converted result = convert(
                        conversion,
                        records.get(at),
                        begun.magic,
                        begun.partitions.get(at).fetchOffset(),
                        leftBytes);
                if (result instanceof RecordConversion.Converted.Messages(ByteBuffer bytes)) {
                    leftBytes -= bytes.remaining();
                    converted.set(at, result);
                } else if (!isForRoom(result) || leftBytes == limits.answerBytesMax()) {
                    converted.set(at, result);
                }
            }
        } finally {
            for (FileRecords each : records) release(each.parts());
        }
        return converted;
    }

    private static final RecordConversion.Converted NOTHING =
            new RecordConversion.Converted.Messages(ByteBuffer.allocate(0));

    private static boolean isForRoom(RecordConversion.Converted converted) {
        return converted instanceof RecordConversion.Converted.Failed(Errors error, String why)
                && error == Errors.MESSAGE_TOO_LARGE;
    }

    private RecordConversion.Converted convert(
            RecordConversion conversion, FileRecords records, byte magic, long fetchOffset, int leftBytes)
            throws IOException {
        ByteBuffer bytes = read(records.parts(), limits.answerBytesMax());
        if (Batches.nextSize(bytes) == Batches.INCOMPLETE && bytes.remaining() < records.sizeInBytes())
            return new RecordConversion.Converted.Failed(
                    Errors.MESSAGE_TOO_LARGE, "the first batch has more than %d bytes".formatted(bytes.remaining()));
        return conversion.toMagic(bytes, magic, fetchOffset, leftBytes);
    }

    private void answer(Waiting begun, Outcome<List<RecordConversion.Converted>> outcome) {
        for (int i = 0; i < begun.partitions.size(); i++) {
            Fetch.Told told = begun.partitions.get(i);
            if (told.data().records().sizeInBytes() == 0) continue;
            switch (outcome) {
                case Outcome.Done<List<RecordConversion.Converted>>(var converted) ->
                    replace(told, converted.get(i), begun.isCut);
                case Outcome.Failed<List<RecordConversion.Converted>>(IOException cause) ->
                    fail(told.data(), Errors.KAFKA_STORAGE_ERROR);
            }
        }
        long bytes = 0;
        for (Fetch.Told told : begun.partitions) bytes += told.data().records().sizeInBytes();
        Unsent unsent = new Unsent(begun.client, bytes);
        unsent.watch();
        begun.then.accept(begun.partitions, unsent::left);
    }

    /** An answer until it has left. */
    private final class Unsent {
        private final ClientConnection client;
        private final long bytes;
        private Clock.Timer timer;

        Unsent(ClientConnection client, long bytes) {
            this.client = client;
            this.bytes = bytes;
            unsentBytes += bytes;
        }

        void watch() {
            timer = clock.after(limits.unsentMsMax(), () -> {
                if (waiting.isEmpty()) watch();
                else client.cutOff("it does not take its answer in an old format, and others wait for the room");
            });
        }

        void left() {
            timer.cancel();
            unsentBytes -= bytes;
            next();
        }
    }

    private static void replace(Fetch.Told told, RecordConversion.Converted converted, boolean isCut) {
        switch (converted) {
            case RecordConversion.Converted.Messages(ByteBuffer bytes) -> {
                if (isCut && bytes.remaining() > told.maxBytes())
                    bytes = bytes.slice(bytes.position(), told.maxBytes());
                told.data().setRecords(new FileRecords(List.of(new Payload.Bytes(bytes))));
            }
            case RecordConversion.Converted.Failed(Errors error, String message) -> fail(told.data(), error);
        }
    }

    private static void fail(PartitionData data, Errors error) {
        data.setErrorCode(error.code()).setHighWatermark(-1).setRecords(FileRecords.EMPTY);
    }

    /** @return from the beginning, as much as may be held */
    private static ByteBuffer read(List<Payload> parts, int bytesMax) throws IOException {
        long size = 0;
        for (Payload part : parts) size += part.sizeBytes();
        ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(size, bytesMax));
        for (Payload part : parts) {
            int count = Math.min(part.sizeBytes(), bytes.capacity() - bytes.position());
            switch (part) {
                case Payload.Bytes(ByteBuffer buffer) -> bytes.put(buffer.slice(buffer.position(), count));
                case Payload.FileRange(var file, long position, int length) -> {
                    bytes.limit(bytes.position() + count);
                    if (file.read(position, bytes) != count) throw new IOException("a segment ends within a batch");
                    bytes.limit(bytes.capacity());
                }
            }
        }
        return bytes.flip();
    }

    private static void release(List<Payload> parts) {
        for (Payload part : parts) if (part instanceof Payload.FileRange(var file, var at, var length)) file.release();
    }
}
