package io.ottla.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla produce}: each line of the input becomes a record. */
@Command(
        name = "produce",
        description = {
            "Writes each line of standard input, or of a file, to a topic as a record.",
            "",
            "That there is not one line is an error, unless a person typed none."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  echo hello | ottla produce greetings",
            "  ottla produce orders --key-separator : --header source=shop --file orders.txt",
            "  ottla produce images --format raw --delimiter '\\0' <images"
        })
final class ProduceCommand implements Callable<Integer> {
    /** How long Ctrl-C waits for the answers to what was sent. */
    private static final long FLUSH_S_MAX = 5;

    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "TOPIC", description = "The topic; the broker may create it.")
    String topic;

    @Option(
            names = {"-k", "--key-separator"},
            paramLabel = "TEXT",
            description = "What stands before its first occurrence in a line is the record's key.")
    Optional<String> keySeparator = Optional.empty();

    @Option(names = "--key", paramLabel = "KEY", description = "The key of every record.")
    Optional<String> key = Optional.empty();

    @Option(
            names = {"-H", "--header"},
            paramLabel = "NAME=VALUE",
            description = "A header of every record; may be repeated.")
    Map<String, String> headers = new LinkedHashMap<>();

    @Option(
            names = {"-p", "--partition"},
            paramLabel = "N",
            description = "The partition; the client chooses by key if absent.")
    Optional<Integer> partition = Optional.empty();

    @Option(
            names = {"-f", "--format"},
            paramLabel = "FORMAT",
            defaultValue = "text",
            description = "How a line says a record: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    RecordFormat format;

    @Option(
            names = {"-d", "--delimiter"},
            paramLabel = "TEXT",
            defaultValue = Delimiter.NEWLINE,
            converter = Delimiter.Converter.class,
            description = "What stands between records; \\n \\r \\t \\0 \\xHH are understood (default: a newline).")
    Delimiter delimiter;

    @Option(
            names = {"-n", "--max"},
            paramLabel = "N",
            description = "Stop after so many records.")
    Optional<Long> max = Optional.empty();

    @Option(names = "--file", paramLabel = "FILE", description = "Read this instead of standard input.")
    Optional<Path> file = Optional.empty();

    @Option(
            names = "--acks",
            paramLabel = "0|1|all",
            defaultValue = "all",
            description = "What to wait for (default: ${DEFAULT-VALUE}).")
    String acks;

    @Option(
            names = "--compression",
            paramLabel = "CODEC",
            defaultValue = "none",
            description = "none, gzip, snappy, lz4 or zstd.")
    String compression;

    @Override
    public Integer call() throws Exception {
        Map<String, Object> settings = broker.settings(
                Map.of("acks", acks, "compression.type", compression, "linger.ms", "5", "max.block.ms", "10000"));
        Progress progress = file.isPresent() ? Progress.of("records") : Progress.beside(0, "records");
        Stored stored = new Stored();
        try (KafkaProducer<byte[], byte[]> producer =
                        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
                Interruption _ = new Interruption(
                        () -> interrupted(producer, stored), FLUSH_S_MAX, "not all records were answered in time.")) {
            if (partition.isPresent()) checkPartition(producer, partition.get());
            send(producer, stored, progress);
        } catch (CommandFailed e) {
            throw new CommandFailed(e.getMessage() + stored.sentence(progress.done()));
        } catch (KafkaException e) {
            stored.answered(e);
        }
        if (stored.failure().isPresent())
            throw new CommandFailed(
                    broker.failed("producing to " + topic, stored.failure().get())
                                    .getMessage()
                            + stored.sentence(progress.done()));
        if (progress.done() == 0 && (file.isPresent() || !Progress.isTerminal(0))) throw nothingToSend();
        progress.end();
        broker.output().tell(Output.object("topic", topic, "records", progress.done()));
        return 0;
    }

    private void send(KafkaProducer<byte[], byte[]> producer, Stored stored, Progress progress) throws CommandFailed {
        try (Pieces pieces = new Pieces(input(), delimiter.bytes())) {
            while (stored.failure().isEmpty() && (max.isEmpty() || progress.done() < max.get())) {
                Optional<byte[]> piece = pieces.next();
                if (piece.isEmpty()) break;
                ProducerRecord<byte[], byte[]> record = record(piece.get(), progress.done());
                var unused = producer.send(record, (metadata, error) -> stored.answered(error));
                progress.add(1, piece.get().length);
            }
        } catch (IOException e) {
            throw file.isPresent()
                    ? ConfigFile.unreadable("file", file.get(), e)
                    : new CommandFailed("Standard input cannot be read: " + e.getMessage() + ".");
        } finally {
            producer.flush();
        }
    }

    /** Ctrl-C: what was sent is answered for before the process ends. On another thread than the one that reads the input. */
    private static void interrupted(KafkaProducer<byte[], byte[]> producer, Stored stored) {
        producer.close(Duration.ofSeconds(FLUSH_S_MAX));
        System.err.println("ottla: Interrupted; " + stored.count() + " records are stored.");
    }

    /** What the broker has answered. Told on the producer's thread. */
    private static final class Stored {
        private final AtomicLong count = new AtomicLong();
        private final AtomicReference<Exception> failure = new AtomicReference<>();

        void answered(Exception error) {
            if (error == null) count.incrementAndGet();
            else failure.compareAndSet(null, error);
        }

        long count() {
            return count.get();
        }

        Optional<Exception> failure() {
            return Optional.ofNullable(failure.get());
        }

        /** To be put behind what went wrong; empty if nothing was sent. */
        String sentence(long sent) {
            return sent == 0 ? "" : " Of the %d records before it, %d are stored.".formatted(sent, count());
        }
    }

    /** Without it each record would wait for its partition to come. */
    private void checkPartition(KafkaProducer<byte[], byte[]> producer, int wanted) throws CommandFailed {
        if (producer.partitionsFor(topic).stream().noneMatch(info -> info.partition() == wanted))
            throw new CommandFailed("Topic " + topic + " has no partition " + wanted + ".");
    }

    /** @param before how many lines have become records */
    private ProducerRecord<byte[], byte[]> record(byte[] line, long before) throws CommandFailed {
        try {
            return format.read(line, this);
        } catch (CommandFailed wrong) {
            throw new CommandFailed("Line %d is no record: %s".formatted(before + 1, wrong.getMessage()));
        }
    }

    /** Rather a mistake than a wish: an input that nobody gave, or a command before the pipe that failed. */
    private CommandFailed nothingToSend() {
        return new CommandFailed(
                file.isPresent()
                        ? "There is nothing in " + file.get() + ", so nothing was sent to " + topic + "."
                        : "There was nothing on standard input, so nothing was sent to " + topic
                                + ". Pipe lines into the command, or name a file with --file.");
    }

    private InputStream input() throws IOException {
        return file.isPresent() ? Files.newInputStream(file.get()) : System.in;
    }
}
