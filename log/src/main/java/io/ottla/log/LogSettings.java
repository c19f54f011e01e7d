package io.ottla.log;

/**
 * The settings of a node that its logs go by, with Kafka's names where Kafka has them. Immutable; the {@code with}
 * methods give a changed copy.
 *
 * @param producerExpirationMs {@code producer.id.expiration.ms}
 * @param recoveryPointIntervalMs {@code log.flush.offset.checkpoint.interval.ms}
 * @param startOffsetIntervalMs {@code log.flush.start.offset.checkpoint.interval.ms}
 * @param highWatermarkIntervalMs {@code replica.high.watermark.checkpoint.interval.ms}
 * @param retentionIntervalMs {@code log.retention.check.interval.ms}
 * @param openFilesMax files that logs keep open at once
 * @param idleMs a file that nobody used for so long is closed, and what memory its partition can spare is freed
 * @param recoveriesMax logs that are opened or recovered at once
 * @param finishAfterMs a log that nobody wrote to for so long is finished in the background, as a clean stop leaves it, so that the stop need not
 * @param syncTogetherMin a clean stop with so many logs to make durable in a directory, or more, syncs its file system as a whole, where
 *     that can be done; fewer it syncs one by one, and waits for nobody else's bytes
 * @param cleaner {@code log.cleaner.enable}
 * @param cleanerThreads {@code log.cleaner.threads}: logs that are compacted at once
 * @param cleanerDedupeBytes {@code log.cleaner.dedupe.buffer.size}, shared by those
 * @param cleanerBackoffMs {@code log.cleaner.backoff.ms}: how often to look for logs to compact
 * @param cleanerIoBytes {@code log.cleaner.io.buffer.size}, for each of those
 * @param batchHeldBytesMax of one batch, how much may be in memory at once, packed and again unpacked, where a search by time or a compaction
 *     looks into it
 */
public record LogSettings(
        long producerExpirationMs,
        long recoveryPointIntervalMs,
        long startOffsetIntervalMs,
        long highWatermarkIntervalMs,
        long retentionIntervalMs,
        int openFilesMax,
        long idleMs,
        int recoveriesMax,
        long finishAfterMs,
        int syncTogetherMin,
        boolean cleaner,
        int cleanerThreads,
        long cleanerDedupeBytes,
        long cleanerBackoffMs,
        int cleanerIoBytes,
        int batchHeldBytesMax) {

    public static final LogSettings DEFAULTS = new LogSettings(
            24 * 3600 * 1000L,
            60_000,
            60_000,
            5_000,
            300_000,
            1_000,
            60_000,
            4,
            10_000,
            64,
            true,
            1,
            128 << 20,
            15_000,
            512 << 10,
            8 << 20);

    public LogSettings withFinishing(long afterMs, int togetherMin) {
        return new LogSettings(
                producerExpirationMs,
                recoveryPointIntervalMs,
                startOffsetIntervalMs,
                highWatermarkIntervalMs,
                retentionIntervalMs,
                openFilesMax,
                idleMs,
                recoveriesMax,
                afterMs,
                togetherMin,
                cleaner,
                cleanerThreads,
                cleanerDedupeBytes,
                cleanerBackoffMs,
                cleanerIoBytes,
                batchHeldBytesMax);
    }
}
