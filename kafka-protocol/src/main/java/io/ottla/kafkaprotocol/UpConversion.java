package io.ottla.kafkaprotocol;

import io.ottla.kafkaprotocol.Validation.Invalid;
import io.ottla.kafkaprotocol.Validation.Validated;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;

/**
 * Makes one batch of magic 2 of the messages of magic 0 or 1 that clients of before 0.11 send, judging them on the
 * way. A message set is either plain messages or one packed message; the new batch is packed as that was, or as the
 * topic wants it. Offsets within a packed message are taken as they come, for old clients got them wrong.
 */
final class UpConversion {
    private final RecordReader reader;
    private final BatchView message = new BatchView();

    UpConversion(RecordReader reader) {
        this.reader = reader;
    }

    Validation convert(
            ByteBuffer messages,
            ValidationRules rules,
            RecordChecks checks,
            long firstOffset,
            int leaderEpoch,
            long nowMs) {
        Optional<Invalid> refused = checkMessages(messages, rules);
        if (refused.isPresent()) return refused.get();

        message.wrap(messages, messages.position());
        Compression compression = rules.compression().orElseGet(() -> Compression.of(message.codec()));
        BatchBuilder builder = new BatchBuilder()
                .baseOffset(firstOffset)
                .leaderEpoch(leaderEpoch)
                .compression(compression);
        if (rules.timestampType() == TimestampType.LOG_APPEND_TIME) builder.logAppendTime(nowMs);

        checks.begin(rules, firstOffset, nowMs);
        int count = 0;
        for (int at = messages.position(); Batches.sizeAt(messages, at) > 0; at = message.endPosition()) {
            reader.open(message.wrap(messages, at));
            RecordReader.Step step = reader.next();
            while (step == RecordReader.Step.RECORD) {
                checks.check(reader, count);
                if (!checks.hasErrors()) builder.append(firstOffset + count, reader);
                if (builder.packedBytes() > rules.batchBytesMax()) return grown(rules);
                count++;
                step = reader.next();
            }
            if (step == RecordReader.Step.CORRUPT) return new Invalid(reader.error(), reader.problem());
        }
        if (checks.hasErrors()) return checks.invalid();
        ByteBuffer bytes = builder.build();
        if (bytes.remaining() > rules.batchBytesMax()) return grown(rules);
        return new Validated(
                bytes,
                firstOffset,
                firstOffset + count - 1,
                builder.maxTimestamp(),
                builder.offsetOfMaxTimestamp(),
                count,
                true);
    }

    private static Invalid grown(ValidationRules rules) {
        return RecordValidation.tooLarge(
                "the messages, as one batch of magic 2, are larger than " + rules.batchBytesMax());
    }

    private Optional<Invalid> checkMessages(ByteBuffer messages, ValidationRules rules) {
        byte magic = messages.get(messages.position() + BatchView.MAGIC);
        boolean isPacked = false;
        int count = 0;
        int at = messages.position();
        int size = Batches.sizeAt(messages, at);
        while (size > 0) {
            message.wrap(messages, at);
            if (message.magic() != magic) return invalid("messages of different magic come together");
            if (size > rules.batchBytesMax())
                return Optional.of(RecordValidation.tooLarge(
                        "a message has %d bytes, above %d".formatted(size, rules.batchBytesMax())));
            if (!message.isCrcValid())
                return Optional.of(RecordValidation.corrupt(
                        "the checksum is %d, that of the bytes %d".formatted(message.crc(), message.computeCrc())));
            if (Codec.of(message.codecId()).isEmpty())
                return invalid("codec %d is not known".formatted(message.codecId()));
            if (message.timestampType() == TimestampType.LOG_APPEND_TIME)
                return Optional.of(RecordValidation.setByBrokersOnly());
            isPacked |= message.isCompressed();
            count++;
            at += size;
            size = Batches.sizeAt(messages, at);
        }
        if (size == Batches.CORRUPT) return Optional.of(RecordValidation.corrupt("a message cannot begin like this"));
        if (isPacked && count > 1) return invalid("a packed message comes alone");
        return Optional.empty();
    }

    private static Optional<Invalid> invalid(String message) {
        return Optional.of(new Invalid(Errors.INVALID_RECORD, message));
    }
}
