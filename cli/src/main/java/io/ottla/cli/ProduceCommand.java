package io.ottla.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
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
            "  ottla produce orders --key-separator : --header source=shop --file orders.txt"
        })
final class ProduceCommand implements Callable<Integer> {
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
        AtomicReference<Exception> failure = new AtomicReference<>();
        Progress progress = new Progress("records");
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(input(), StandardCharsets.UTF_8));
                KafkaProducer<byte[], byte[]> producer =
                        new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            if (partition.isPresent()) checkPartition(producer, partition.get());
            for (String line = lines.readLine(); line != null && failure.get() == null; line = lines.readLine()) {
                var unused = producer.send(record(line, progress.done()), (metadata, error) -> {
                    if (error != null) failure.compareAndSet(null, error);
                });
                progress.add(1, line.length());
            }
            producer.flush();
        } catch (IOException e) {
            throw file.isPresent()
                    ? ConfigFile.unreadable("file", file.get(), e)
                    : new CommandFailed("Standard input cannot be read: " + e.getMessage() + ".");
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        }
        if (failure.get() != null) throw broker.failed("producing to " + topic, failure.get());
        if (progress.done() == 0 && (file.isPresent() || !Progress.isTerminal(0))) throw nothingToSend();
        progress.end();
        broker.output().tell(Map.of("topic", topic, "records", progress.done()));
        return 0;
    }

    /** Without it each record would wait for its partition to come. */
    private void checkPartition(KafkaProducer<byte[], byte[]> producer, int wanted) throws CommandFailed {
        if (producer.partitionsFor(topic).stream().noneMatch(info -> info.partition() == wanted))
            throw new CommandFailed("Topic " + topic + " has no partition " + wanted + ".");
    }

    /** @param before how many lines have become records */
    private ProducerRecord<byte[], byte[]> record(String line, long before) throws CommandFailed {
        try {
            return format.read(line, this);
        } catch (CommandFailed wrong) {
            throw new CommandFailed("Line %d is no record, and the %d before it were sent: %s"
                    .formatted(before + 1, before, wrong.getMessage()));
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
