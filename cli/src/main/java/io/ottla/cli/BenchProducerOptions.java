package io.ottla.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What the producers of a bench send, and how. */
final class BenchProducerOptions {
    private static final int BYTES_DEFAULT = 1000;

    @Option(
            names = {"-s", "--record-size"},
            paramLabel = "BYTES",
            description = "Size of each record's value (default: 1000; e2e 100).")
    Optional<Integer> recordBytes = Optional.empty();

    @Option(
            names = "--rate",
            paramLabel = "RATE",
            converter = RateConverter.class,
            description = "Records a second of all producers together, such as 20000, or bytes, such as 20MB."
                    + " As fast as possible if absent (e2e 100).")
    Optional<Rate> rate = Optional.empty();

    @Option(
            names = "--producers",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many producers, each a client of its own (default: ${DEFAULT-VALUE}).")
    int producers;

    @Option(
            names = "--active-partitions",
            paramLabel = "N",
            defaultValue = "0",
            description = "Send to the first N partitions in turn; the client's partitioner chooses if absent.")
    int activePartitions;

    @Option(names = "--acks", paramLabel = "0|1|all", defaultValue = "all", description = "(default: ${DEFAULT-VALUE})")
    String acks;

    @Option(
            names = "--compression",
            paramLabel = "CODEC",
            description = "none, gzip, snappy, lz4 or zstd (default: the client's, none).")
    Optional<String> compression = Optional.empty();

    @Option(names = "--batch-size", paramLabel = "BYTES", description = "batch.size (default: the client's, 16384).")
    Optional<Integer> batchBytes = Optional.empty();

    @Option(
            names = "--linger",
            paramLabel = "MS",
            description = "linger.ms: how long a batch waits for more records (default: the client's, 5; e2e 0).")
    Optional<Integer> lingerMs = Optional.empty();

    /** Records a second, or bytes a second. */
    record Rate(double perSecond, boolean ofBytes) {
        double recordsPerS(int recordBytes) {
            return ofBytes ? perSecond / recordBytes : perSecond;
        }
    }

    /** Reads {@code 500}, {@code 2.5MB}, {@code 800kB}, {@code 1GB}; multiples of a thousand. */
    static final class RateConverter implements ITypeConverter<Rate> {
        @Override
        public Rate convert(String text) {
            String number = text;
            double unit = 1;
            boolean ofBytes = text.endsWith("B");
            if (ofBytes) {
                number = text.substring(0, text.length() - 1);
                int prefix = number.isEmpty() ? -1 : "kMG".indexOf(number.charAt(number.length() - 1));
                if (prefix >= 0) {
                    unit = Math.pow(1000, prefix + 1);
                    number = number.substring(0, number.length() - 1);
                }
            }
            double value;
            try {
                value = Double.parseDouble(number) * unit;
            } catch (NumberFormatException e) {
                value = 0;
            }
            if (!(value > 0) || Double.isInfinite(value))
                throw new TypeConversionException(
                        "'" + text + "' is no rate; 500 is records a second, 20MB bytes a second");
            return new Rate(value, ofBytes);
        }
    }

    int recordBytesOr(int otherwise) {
        return recordBytes.orElse(otherwise);
    }

    int recordBytes() {
        return recordBytesOr(BYTES_DEFAULT);
    }

    double recordsPerS(int recordBytes) {
        return rate.map(given -> given.recordsPerS(recordBytes)).orElse(0.0);
    }

    /** By Kafka's names. */
    Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("acks", acks);
        compression.ifPresent(codec -> settings.put("compression.type", codec));
        batchBytes.ifPresent(bytes -> settings.put("batch.size", String.valueOf(bytes)));
        lingerMs.ifPresent(ms -> settings.put("linger.ms", String.valueOf(ms)));
        return settings;
    }
}
