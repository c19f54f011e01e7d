package io.ottla.broker;

import io.ottla.base.Disk;
import io.ottla.base.Network.Payload;
import io.ottla.base.Outcome;
import io.ottla.kafkamessages.FetchResponseData.PartitionData;
import io.ottla.kafkaprotocol.FileRecords;
import io.ottla.kafkaprotocol.RecordConversion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;

/** Turns what was fetched into the message formats of clients before 0.11, on a disk thread: it reads and unpacks. */
final class OldFormats {
    private OldFormats() {}

    /**
     * @param partitions their records are replaced; files are let go
     * @param magic 0 or 1
     * @param isCut whether no more bytes may come than were asked for, even if that cuts the first message
     */
    static void convert(
            Disk disk, List<Fetch.Told> partitions, byte magic, boolean isCut, Consumer<List<Fetch.Told>> then) {
        List<FileRecords> records = new ArrayList<>(partitions.size());
        for (Fetch.Told told : partitions) records.add((FileRecords) told.data().records());
        disk.submit(
                new Object(),
                () -> {
                    List<RecordConversion.Converted> converted = new ArrayList<>(records.size());
                    try (RecordConversion conversion = new RecordConversion()) {
                        for (int i = 0; i < records.size(); i++) {
                            ByteBuffer bytes = read(records.get(i).parts());
                            converted.add(conversion.toMagic(
                                    bytes, magic, partitions.get(i).fetchOffset()));
                        }
                    } finally {
                        for (FileRecords each : records) release(each.parts());
                    }
                    return converted;
                },
                outcome -> {
                    for (int i = 0; i < partitions.size(); i++) {
                        Fetch.Told told = partitions.get(i);
                        if (told.data().records().sizeInBytes() == 0) continue;
                        switch (outcome) {
                            case Outcome.Done<List<RecordConversion.Converted>>(var converted) ->
                                replace(told, converted.get(i), isCut);
                            case Outcome.Failed<List<RecordConversion.Converted>>(IOException cause) ->
                                fail(told.data(), Errors.KAFKA_STORAGE_ERROR);
                        }
                    }
                    then.accept(partitions);
                });
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

    private static ByteBuffer read(List<Payload> parts) throws IOException {
        int size = 0;
        for (Payload part : parts) size += part.sizeBytes();
        ByteBuffer bytes = ByteBuffer.allocate(size);
        for (Payload part : parts) {
            switch (part) {
                case Payload.Bytes(ByteBuffer buffer) -> bytes.put(buffer.duplicate());
                case Payload.FileRange(var file, long position, int length) -> {
                    bytes.limit(bytes.position() + length);
                    if (file.read(position, bytes) != length) throw new IOException("a segment ends within a batch");
                    bytes.limit(size);
                }
            }
        }
        return bytes.flip();
    }

    private static void release(List<Payload> parts) {
        for (Payload part : parts) if (part instanceof Payload.FileRange(var file, var at, var length)) file.release();
    }
}
