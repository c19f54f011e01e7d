package io.ottla.log;

/**
 * The settings of a node that its logs go by, with Kafka's names where Kafka has them.
 *
 * @param producerExpirationMs {@code producer.id.expiration.ms}
 * @param retentionIntervalMs {@code log.retention.check.interval.ms}
 * @param batchHeldBytesMax of one batch, how much may be in memory at once, packed and again unpacked, where a search by time or a compaction
 *     looks into it
 */
public record LogSettings(
        long producerExpirationMs,
        long retentionIntervalMs,
        int batchHeldBytesMax,
        Checkpoints checkpoints,
        Files files,
        Finishing finishing,
        Cleaning cleaning) {

    public static final LogSettings DEFAULTS = new LogSettings(
            24 * 3600 * 1000L,
            300_000,
            8 << 20,
            new Checkpoints(60_000, 60_000, 5_000),
            new Files(1_000, 60_000, 4),
            new Finishing(10_000, 64),
            new Cleaning(true, 1, 128 << 20, 15_000, 512 << 10));

    /**
     * How often what is written down.
     *
     * @param recoveryPointMs {@code log.flush.offset.checkpoint.interval.ms}
     * @param startOffsetMs {@code log.flush.start.offset.checkpoint.interval.ms}
     * @param highWatermarkMs {@code replica.high.watermark.checkpoint.interval.ms}
     */
    public record Checkpoints(long recoveryPointMs, long startOffsetMs, long highWatermarkMs) {}

    /**
     * @param openMax files that logs keep open at once
     * @param idleMs a file that nobody used for so long is closed, and what memory its partition can spare is freed
     * @param recoveriesMax logs that are opened or recovered at once
     */
    public record Files(int openMax, long idleMs, int recoveriesMax) {}

    /**
     * @param afterMs a log that nobody wrote to for so long is finished in the background, as a clean stop leaves it, so that the stop need not
     * @param togetherMin a clean stop with so many logs to make durable in a directory, or more, syncs its file system as a whole, where
     *     that can be done; fewer it syncs one by one, and waits for nobody else's bytes
     */
    public record Finishing(long afterMs, int togetherMin) {}

    /**
     * @param isOn {@code log.cleaner.enable}
     * @param threads {@code log.cleaner.threads}: logs that are compacted at once
     * @param dedupeBytes {@code log.cleaner.dedupe.buffer.size}, shared by those
     * @param backoffMs {@code log.cleaner.backoff.ms}: how often to look for logs to compact
     * @param ioBytes {@code log.cleaner.io.buffer.size}, for each of those
     */
    public record Cleaning(boolean isOn, int threads, long dedupeBytes, long backoffMs, int ioBytes) {}

    public LogSettings with(Finishing next) {
        return new LogSettings(
                producerExpirationMs, retentionIntervalMs, batchHeldBytesMax, checkpoints, files, next, cleaning);
    }
}
