package io.ottla.log;

import io.ottla.kafkaprotocol.Codec;
import io.ottla.kafkaprotocol.Compression;
import io.ottla.kafkaprotocol.TimestampType;
import io.ottla.kafkaprotocol.ValidationRules;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The settings of a topic that its logs go by, with Kafka's names. Their defaults are defined here, and nowhere else ({@link #STANDARD}). Whether a value is
 * allowed is judged where settings are defined; here they are only read.
 */
public record LogConfig(
        Segments segments, Flushing flushing, Retention retention, Compaction compaction, Batches batches) {

    private static final long HOUR_MS = 3600 * 1000L;

    /** What holds where nobody says anything, as text, by the name of the setting. Source: TopicConfig and LogConfig of Kafka. */
    public static final Map<String, String> STANDARD = Map.ofEntries(
            Map.entry("segment.bytes", Integer.toString(1 << 30)),
            Map.entry("segment.ms", Long.toString(7 * 24 * HOUR_MS)),
            Map.entry("segment.jitter.ms", "0"),
            Map.entry("segment.index.bytes", Integer.toString(10 << 20)),
            Map.entry("index.interval.bytes", "4096"),
            Map.entry("file.delete.delay.ms", "60000"),
            Map.entry("flush.messages", Long.toString(Long.MAX_VALUE)),
            Map.entry("flush.ms", Long.toString(Long.MAX_VALUE)),
            Map.entry("cleanup.policy", "delete"),
            Map.entry("retention.bytes", "-1"),
            Map.entry("retention.ms", Long.toString(7 * 24 * HOUR_MS)),
            Map.entry("delete.retention.ms", Long.toString(24 * HOUR_MS)),
            Map.entry("min.compaction.lag.ms", "0"),
            Map.entry("max.compaction.lag.ms", Long.toString(Long.MAX_VALUE)),
            Map.entry("min.cleanable.dirty.ratio", "0.5"),
            Map.entry("max.message.bytes", Integer.toString((1 << 20) + 12)),
            Map.entry("compression.type", "producer"),
            Map.entry("compression.gzip.level", "-1"),
            Map.entry("compression.lz4.level", "9"),
            Map.entry("compression.zstd.level", "3"),
            Map.entry("message.timestamp.type", "CreateTime"),
            Map.entry("message.timestamp.before.max.ms", Long.toString(Long.MAX_VALUE)),
            Map.entry("message.timestamp.after.max.ms", Long.toString(HOUR_MS)));

    public static final LogConfig DEFAULTS = of(Map.of());

    /**
     * @param bytesMax {@code segment.bytes}
     * @param rollMs {@code segment.ms}
     * @param jitterMs {@code segment.jitter.ms}
     * @param indexBytesMax {@code segment.index.bytes}
     * @param indexIntervalBytes {@code index.interval.bytes}
     * @param deleteDelayMs {@code file.delete.delay.ms}
     */
    public record Segments(
            int bytesMax, long rollMs, long jitterMs, int indexBytesMax, int indexIntervalBytes, long deleteDelayMs) {}

    /**
     * @param messages {@code flush.messages}; {@link Long#MAX_VALUE} for never
     * @param ms {@code flush.ms}; {@link Long#MAX_VALUE} for never
     */
    public record Flushing(long messages, long ms) {}

    /**
     * @param isOn whether {@code cleanup.policy} has {@code delete}
     * @param bytes {@code retention.bytes}; negative for no limit
     * @param ms {@code retention.ms}; negative for no limit
     */
    public record Retention(boolean isOn, long bytes, long ms) {}

    /**
     * @param isOn whether {@code cleanup.policy} has {@code compact}
     * @param tombstoneMs {@code delete.retention.ms}
     * @param minLagMs {@code min.compaction.lag.ms}
     * @param maxLagMs {@code max.compaction.lag.ms}
     * @param minDirtyRatio {@code min.cleanable.dirty.ratio}, 0 to 1
     */
    public record Compaction(boolean isOn, long tombstoneMs, long minLagMs, long maxLagMs, double minDirtyRatio) {}

    /**
     * @param bytesMax {@code max.message.bytes}
     * @param compression {@code compression.type} and the level of that codec; empty leaves batches as they come
     * @param timestampType {@code message.timestamp.type}
     * @param timestampBeforeMaxMs {@code message.timestamp.before.max.ms}
     * @param timestampAfterMaxMs {@code message.timestamp.after.max.ms}
     */
    public record Batches(
            int bytesMax,
            Optional<Compression> compression,
            TimestampType timestampType,
            long timestampBeforeMaxMs,
            long timestampAfterMaxMs) {}

    /**
     * From values by topic setting name, as text; names that do not concern logs are passed over, and of those that are missing the {@link #STANDARD}
     * holds.
     *
     * @throws IllegalArgumentException if a value cannot be read; the message has the name
     */
    public static LogConfig of(Map<String, String> values) {
        Map<String, String> all = new HashMap<>(STANDARD);
        STANDARD.keySet().forEach(name -> {
            if (values.containsKey(name)) all.put(name, values.get(name));
        });
        String policy = all.get("cleanup.policy");
        return new LogConfig(
                new Segments(
                        (int) number(all, "segment.bytes"),
                        number(all, "segment.ms"),
                        number(all, "segment.jitter.ms"),
                        (int) number(all, "segment.index.bytes"),
                        (int) number(all, "index.interval.bytes"),
                        number(all, "file.delete.delay.ms")),
                new Flushing(number(all, "flush.messages"), number(all, "flush.ms")),
                new Retention(hasWord(policy, "delete"), number(all, "retention.bytes"), number(all, "retention.ms")),
                new Compaction(
                        hasWord(policy, "compact"),
                        number(all, "delete.retention.ms"),
                        number(all, "min.compaction.lag.ms"),
                        number(all, "max.compaction.lag.ms"),
                        value(all, "min.cleanable.dirty.ratio", Double::parseDouble)),
                new Batches(
                        (int) number(all, "max.message.bytes"),
                        compression(all),
                        timestampType(all.get("message.timestamp.type")),
                        number(all, "message.timestamp.before.max.ms"),
                        number(all, "message.timestamp.after.max.ms")));
    }

    /** After how long a segment is followed by a new one; compaction may want it sooner. */
    long segmentRollMs() {
        return compaction.isOn && compaction.maxLagMs > 0
                ? Math.min(compaction.maxLagMs, segments.rollMs)
                : segments.rollMs;
    }

    /** As the validation of records wants them. */
    ValidationRules validationRules() {
        return new ValidationRules(
                compaction.isOn,
                batches.timestampType,
                batches.timestampBeforeMaxMs,
                batches.timestampAfterMaxMs,
                batches.bytesMax,
                batches.compression);
    }

    private static Optional<Compression> compression(Map<String, String> values) {
        String type = values.get("compression.type");
        return switch (type) {
            case "producer" -> Optional.empty();
            case "uncompressed", "none" -> Optional.of(Compression.NONE);
            case "gzip" -> Optional.of(new Compression(Codec.GZIP, (int) number(values, "compression.gzip.level")));
            case "lz4" -> Optional.of(new Compression(Codec.LZ4, (int) number(values, "compression.lz4.level")));
            case "zstd" -> Optional.of(new Compression(Codec.ZSTD, (int) number(values, "compression.zstd.level")));
            case "snappy" -> Optional.of(Compression.of(Codec.SNAPPY));
            default -> throw new IllegalArgumentException("compression.type: '" + type + "'");
        };
    }

    private static TimestampType timestampType(String name) {
        return switch (name) {
            case "CreateTime" -> TimestampType.CREATE_TIME;
            case "LogAppendTime" -> TimestampType.LOG_APPEND_TIME;
            default -> throw new IllegalArgumentException("message.timestamp.type: '" + name + "'");
        };
    }

    private static boolean hasWord(String list, String word) {
        return Arrays.stream(list.split(",", -1)).anyMatch(each -> each.strip().equals(word));
    }

    private static long number(Map<String, String> values, String name) {
        return value(values, name, Long::parseLong);
    }

    private static <T> T value(Map<String, String> values, String name, Function<String, T> parse) {
        String value = values.get(name);
        try {
            return parse.apply(value.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + ": '" + value + "' is no number", e);
        }
    }
}
