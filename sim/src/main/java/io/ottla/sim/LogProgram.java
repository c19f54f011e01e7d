package io.ottla.sim;

import io.ottla.base.Network.Payload;
import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.kafkaprotocol.BatchBuilder;
import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.Batches;
import io.ottla.kafkaprotocol.Codec;
import io.ottla.kafkaprotocol.NewRecord;
import io.ottla.kafkaprotocol.RecordReader;
import io.ottla.log.Append;
import io.ottla.log.AppendOrigin;
import io.ottla.log.Log;
import io.ottla.log.LogConfig;
import io.ottla.log.LogDir;
import io.ottla.log.LogDirException;
import io.ottla.log.LogSettings;
import io.ottla.log.Logs;
import io.ottla.log.Read;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;

/**
 * A log directory with one partition, without the broker around it: opens it, shows the {@link LogHistory} what is in
 * it, and lets the producers send. Answers are for what has been flushed.
 */
final class LogProgram implements Program, Program.Running {
    static final Path DIRECTORY = Path.of("/kafka-logs");
    private static final TopicPartition PARTITION = new TopicPartition("events", 0);
    private static final TopicId TOPIC_ID = new TopicId(0x123456789abc4defL, 0x876543210fedcba9L);
    private static final int READ_BYTES = 3000;
    private static final long TICK_MS = 100;

    private final LogHistory history;
    private final Map<String, String> config;
    private final boolean idle;
    private Environment world;
    private SeededRandom random;
    private Logs logs;
    private Log log;
    private boolean ready;
    private boolean flushing;
    private boolean stopping;

    /** What was appended and is not known to be durable. */
    private final List<InLog> notFlushed = new ArrayList<>();

    private record InLog(LogHistory.Producer producer, LogHistory.Sent sent, long lastOffset) {}

    /** @param idle only to look, and change nothing */
    LogProgram(LogHistory history, Map<String, String> config, boolean idle) {
        this.history = history;
        this.config = config;
        this.idle = idle;
    }

    boolean isReady() {
        return ready;
    }

    // ---- opening

    @Override
    public Running start(Environment environment) {
        world = environment;
        random = environment.random();
        world.disk().submit("open", this::openDirectory, outcome -> {
            logs = value(outcome, "opening the log directory");
            if (stopping) return;
            logs.onFailure((dir, cause) -> world.faultHandler().fault("using " + dir, cause));
            logs.open(PARTITION, TOPIC_ID, LogConfig.of(config), opened -> {
                if (stopping && opened instanceof Outcome.Failed<Log>) return; // the logs are being closed
                log = value(opened, "opening the log");
                log.assignEpoch(log.latestEpoch() + 1);
                look(log.startOffset(), new ArrayList<>());
            });
        });
        world.clock().after(TICK_MS, this::tick);
        return this;
    }

    private Logs openDirectory() throws IOException {
        try {
            LogDir dir = LogDir.open(DIRECTORY, world.disk());
            dir.claim(0, "simulated-cluster-id--", new TopicId(1, 2));
            return new Logs(List.of(dir), world.disk(), world.clock(), settings(), random.split());
        } catch (LogDirException e) {
            throw new IOException(e);
        }
    }

    /** A clean stop, and the finishing of a log at rest, syncs the log by itself, or the whole drive; a log is at rest sooner, or never. */
    private LogSettings settings() {
        return random.chance(0.5) ? LogSettings.DEFAULTS : LogSettings.DEFAULTS.with(new LogSettings.Finishing(200, 1));
    }

    private <T> T value(Outcome<T> outcome, String doing) {
        return switch (outcome) {
            case Outcome.Done<T>(T value) -> value;
            case Outcome.Failed<T>(IOException cause) ->
                throw world.faultHandler().fault(doing, cause);
        };
    }

    private void tick() {
        if (stopping) return;
        if (logs != null) logs.tick(world.clock().nowMs());
        world.clock().after(TICK_MS, this::tick);
    }

    // ---- looking

    private void look(long offset, List<String> values) {
        if (stopping) return;
        if (offset >= log.endOffset()) {
            history.found(values);
            ready = true;
            if (!idle) begin();
            return;
        }
        try {
            log.readCold(offset, READ_BYTES, Long.MAX_VALUE, true, outcome -> {
                if (stopping && outcome instanceof Outcome.Failed<Read>) return; // the log is closed meanwhile
                Read read = value(outcome, "reading the log");
                if (!(read instanceof Read.Slice slice) || slice.isEmpty())
                    throw new AssertionError("no read at " + offset + " of " + log.endOffset() + ": " + read);
                world.disk().submit("look", () -> bytes(slice), bytes -> {
                    collect(value(bytes, "reading the log"), values);
                    look(slice.nextOffset(), values);
                });
            });
        } catch (IOException e) {
            world.faultHandler().fault("reading the log", e);
        }
    }

    private static ByteBuffer bytes(Read.Slice slice) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(slice.sizeBytes());
        try {
            for (Payload part : slice.parts())
                switch (part) {
                    case Payload.Bytes(ByteBuffer buffer) -> bytes.put(buffer.duplicate());
                    case Payload.FileRange range -> {
                        int end = bytes.position() + range.length();
                        range.file().read(range.position(), bytes.limit(end));
                        if (bytes.position() != end) throw new AssertionError("a range ends behind its file");
                        bytes.limit(bytes.capacity());
                    }
                }
        } finally {
            slice.release();
        }
        return bytes.flip();
    }

    private static void collect(ByteBuffer bytes, List<String> values) {
        Batches.forEach(bytes, batch -> collect(batch, values));
    }

    /** Adds the values of a batch; the list has those of all offsets before. */
    static void collect(BatchView batch, List<String> values) {
        if (!batch.isCrcValid()) throw new AssertionError("a batch with a wrong checksum was read: " + batch);
        if (batch.baseOffset() != values.size())
            throw new AssertionError("offset " + batch.baseOffset() + " comes after " + values.size() + " records");
        try (RecordReader reader = new RecordReader().open(batch)) {
            while (reader.next() == RecordReader.Step.RECORD) {
                ByteBuffer value = reader.value().orElseThrow();
                values.add(StandardCharsets.US_ASCII.decode(value.duplicate()).toString());
            }
        }
    }

    // ---- producing

    private void begin() {
        for (LogHistory.Producer producer : history.producers)
            for (LogHistory.Sent again : List.copyOf(producer.unanswered)) append(producer, again);
        produce();
    }

    private void produce() {
        if (stopping) return;
        LogHistory.Producer producer = history.producers.get(random.nextInt(history.producers.size()));
        if (producer.unanswered.size() < LogHistory.IN_FLIGHT_MAX)
            append(producer, producer.next(1 + random.nextInt(4)));
        if (random.chance(0.3)) flush();
        // now and then long enough for the log to be finished as one at rest
        world.clock().after(random.chance(0.02) ? random.nextInt(2_000) : 1 + random.nextInt(4), this::produce);
    }

    private void append(LogHistory.Producer producer, LogHistory.Sent sent) {
        Append append;
        try {
            append = log.append(world.clock().nowMs(), batch(sent), AppendOrigin.CLIENT, log.latestEpoch());
        } catch (IOException e) {
            throw world.faultHandler().fault("appending", e);
        }
        switch (append) {
            case Append.Appended appended -> appended(producer, sent, appended.lastOffset());
            case Append.Duplicate duplicate -> appended(producer, sent, duplicate.lastOffset());
            case Append.Rejected rejected -> {
                // a snapshot knows the last batch of a producer only, as in Kafka: an earlier one sent again is refused
                if (rejected.error() != Errors.OUT_OF_ORDER_SEQUENCE_NUMBER || !history.has(sent))
                    throw new AssertionError("rejected: " + sent + ": " + rejected);
                appended(producer, sent, log.endOffset() - 1);
            }
        }
    }

    private void appended(LogHistory.Producer producer, LogHistory.Sent sent, long lastOffset) {
        log.highWatermark(log.endOffset());
        notFlushed.add(new InLog(producer, sent, lastOffset));
    }

    private ByteBuffer batch(LogHistory.Sent sent) {
        Codec[] codecs = {Codec.NONE, Codec.LZ4};
        BatchBuilder builder = new BatchBuilder()
                .producer(1000 + sent.producer(), (short) 0, sent.baseSequence())
                .codec(codecs[sent.number() % codecs.length]);
        for (int record = 0; record < sent.records(); record++)
            builder.append(NewRecord.of(world.clock().nowMs(), "key " + record, sent.value(record)));
        return builder.build();
    }

    private void flush() {
        if (flushing) return;
        flushing = true;
        log.flush(outcome -> {
            flushing = false;
            long flushed = value(outcome, "flushing");
            for (InLog batch : List.copyOf(notFlushed)) {
                if (batch.lastOffset() >= flushed) continue;
                notFlushed.remove(batch);
                batch.producer().unanswered.remove(batch.sent());
                batch.producer().answered.add(batch.sent());
            }
        });
    }

    @Override
    public void stop(Runnable stopped) {
        stopping = true;
        Optional.ofNullable(logs)
                .ifPresentOrElse(
                        open -> open.closeCleanly(1, outcome -> {
                            value(outcome, "closing the logs");
                            stopped.run();
                        }),
                        stopped);
    }
}
