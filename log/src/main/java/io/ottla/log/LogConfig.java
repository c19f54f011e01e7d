package io.ottla.log;

import io.ottla.kafkaprotocol.Codec;
import io.ottla.kafkaprotocol.Compression;
import io.ottla.kafkaprotocol.TimestampType;
import io.ottla.kafkaprotocol.ValidationRules;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The settings of a topic that its logs go by, with Kafka's names and defaults. Whether a value is allowed is judged
 * where settings are defined; here they are only read.
 *
 * @param segmentBytes {@code segment.bytes}
 * @param segmentMs {@code segment.ms}
 * @param segmentJitterMs {@code segment.jitter.ms}
 * @param segmentIndexBytes {@code segment.index.bytes}
 * @param indexIntervalBytes {@code index.interval.bytes}
 * @param flushMessages {@code flush.messages}; {@link Long#MAX_VALUE} for never
 * @param flushMs {@code flush.ms}; {@link Long#MAX_VALUE} for never
 * @param retentionBytes {@code retention.bytes}; negative for no limit
 * @param retentionMs {@code retention.ms}; negative for no limit
 * @param fileDeleteDelayMs {@code file.delete.delay.ms}
 * @param delete whether {@code cleanup.policy} has {@code delete}
 * @param compact whether {@code cleanup.policy} has {@code compact}
 * @param deleteRetentionMs {@code delete.retention.ms}
 * @param minCompactionLagMs {@code min.compaction.lag.ms}
 * @param maxCompactionLagMs {@code max.compaction.lag.ms}
 * @param minCleanableDirtyRatio {@code min.cleanable.dirty.ratio}, 0 to 1
 * @param maxMessageBytes {@code max.message.bytes}, of a batch
 * @param compressionType {@code compression.type}; {@code producer} leaves batches as they come
 * @param gzipLevel {@code compression.gzip.level}
 * @param lz4Level {@code compression.lz4.level}
 * @param zstdLevel {@code compression.zstd.level}
 * @param timestampType {@code message.timestamp.type}
 * @param timestampBeforeMaxMs {@code message.timestamp.before.max.ms}
 * @param timestampAfterMaxMs {@code message.timestamp.after.max.ms}
 */
public record LogConfig(
        int segmentBytes,
        long segmentMs,
        long segmentJitterMs,
        int segmentIndexBytes,
        int indexIntervalBytes,
        long flushMessages,
        long flushMs,
        long retentionBytes,
        long retentionMs,
        long fileDeleteDelayMs,
        boolean delete,
        boolean compact,
        long deleteRetentionMs,
        long minCompactionLagMs,
        long maxCompactionLagMs,
        double minCleanableDirtyRatio,
        int maxMessageBytes,
        String compressionType,
        int gzipLevel,
        int lz4Level,
        int zstdLevel,
        TimestampType timestampType,
        long timestampBeforeMaxMs,
        long timestampAfterMaxMs) {

    private static final int MESSAGE_BYTES_MAX_DEFAULT = 1024 * 1024 + 12;
    private static final int GZIP_LEVEL_DEFAULT = -1;
    private static final int LZ4_LEVEL_DEFAULT = 9;
    private static final int ZSTD_LEVEL_DEFAULT = 3;

    public static final LogConfig DEFAULTS = of(Map.of());

    /**
     * From values by topic setting name, as text; names that do not concern logs are passed over.
     *
     * @throws IllegalArgumentException if a value cannot be read; the message has the name
     */
    public static LogConfig of(Map<String, String> values) {
        long week = 7 * 24 * 3600 * 1000L;
        String policy = text(values, "cleanup.policy", "delete");
        return new LogConfig(
                (int) number(values, "segment.bytes", 1 << 30),
                number(values, "segment.ms", week),
                number(values, "segment.jitter.ms", 0),
                (int) number(values, "segment.index.bytes", 10 << 20),
                (int) number(values, "index.interval.bytes", 4096),
                number(values, "flush.messages", Long.MAX_VALUE),
                number(values, "flush.ms", Long.MAX_VALUE),
                number(values, "retention.bytes", -1),
                number(values, "retention.ms", week),
                number(values, "file.delete.delay.ms", 60_000),
                hasWord(policy, "delete"),
                hasWord(policy, "compact"),
                number(values, "delete.retention.ms", 24 * 3600 * 1000L),
                number(values, "min.compaction.lag.ms", 0),
                number(values, "max.compaction.lag.ms", Long.MAX_VALUE),
                value(values, "min.cleanable.dirty.ratio", 0.5, Double::parseDouble),
                (int) number(values, "max.message.bytes", MESSAGE_BYTES_MAX_DEFAULT),
                text(values, "compression.type", "producer"),
                (int) number(values, "compression.gzip.level", GZIP_LEVEL_DEFAULT),
                (int) number(values, "compression.lz4.level", LZ4_LEVEL_DEFAULT),
                (int) number(values, "compression.zstd.level", ZSTD_LEVEL_DEFAULT),
                timestampType(text(values, "message.timestamp.type", "CreateTime")),
                number(values, "message.timestamp.before.max.ms", Long.MAX_VALUE),
                number(values, "message.timestamp.after.max.ms", 3600 * 1000L));
    }

    /** After how long a segment is followed by a new one; compaction may want it sooner. */
    long segmentRollMs() {
        return compact && maxCompactionLagMs > 0 ? Math.min(maxCompactionLagMs, segmentMs) : segmentMs;
    }

    /** As the validation of records wants them. */
    ValidationRules validationRules() {
        return new ValidationRules(
                compact, timestampType, timestampBeforeMaxMs, timestampAfterMaxMs, maxMessageBytes, compression());
    }

    private Optional<Compression> compression() {
        return switch (compressionType) {
            case "producer" -> Optional.empty();
            case "uncompressed", "none" -> Optional.of(Compression.NONE);
            case "gzip" -> Optional.of(new Compression(Codec.GZIP, gzipLevel));
            case "lz4" -> Optional.of(new Compression(Codec.LZ4, lz4Level));
            case "zstd" -> Optional.of(new Compression(Codec.ZSTD, zstdLevel));
            case "snappy" -> Optional.of(Compression.of(Codec.SNAPPY));
            default -> throw new IllegalArgumentException("compression.type: '" + compressionType + "'");
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

    private static String text(Map<String, String> values, String name, String otherwise) {
        return values.getOrDefault(name, otherwise);
    }

    private static long number(Map<String, String> values, String name, long otherwise) {
        return value(values, name, otherwise, Long::parseLong);
    }

    private static <T> T value(Map<String, String> values, String name, T otherwise, Function<String, T> parse) {
        String value = values.get(name);
        if (value == null) return otherwise;
        try {
            return parse.apply(value.strip());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(name + ": '" + value + "' is no number", e);
        }
    }
}
