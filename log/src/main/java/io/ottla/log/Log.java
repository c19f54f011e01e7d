package io.ottla.log;

import static io.ottla.base.Invariant.invariant;

import io.ottla.base.Completion;
import io.ottla.base.Outcome;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition's log: appends to its last segment, reads from all. Belongs to the node's loop. Appending writes into
 * the page cache; {@link #flush} makes it durable. Whatever may block has a {@link Completion}.
 *
 * <p>Offsets: {@code startOffset ≤ flushedOffset ≤ endOffset}, the end being the next one to be given. After an
 * {@link IOException} other than {@link DamagedLog} the log directory has failed, and with it every log in it.
 */
public final class Log {
    private static final Logger logger = LoggerFactory.getLogger(Log.class);

    private final LogContext context;
    private final LogDir logDir;
    private final TopicPartition topicPartition;
    private final NavigableMap<Long, Segment> segments = new TreeMap<>();
    private final LogFlusher flusher;
    private final LogRetention retention;
    private final SegmentAges ages;
    private final LogReads reads;
    private final LogWriter writer;
    private final LogFinish finish;
    private final LogEpochs epochs;
    private final Path directory;
    private LogConfig config;
    private ProducerStates producers;
    private long startOffset;
    private long endOffset;
    private long highWatermark;
    private String damage = "";
    private long compactedTo;
    private TopicId topicId;
    private State state = State.OPEN;

    private enum State {
        OPEN,
        TRUNCATING,
        CLOSED
    }

    Log(
            LogContext context,
            LogDir logDir,
            Path directory,
            TopicPartition topicPartition,
            TopicId topicId,
            LogConfig config,
            LoadedLog loaded) {
        this.context = context;
        this.logDir = logDir;
        this.directory = directory;
        this.topicPartition = topicPartition;
        this.topicId = topicId;
        this.config = config;
        flusher = new LogFlusher(this, context);
        retention = new LogRetention(this, context);
        ages = new SegmentAges(this, context);
        reads = new LogReads(this, context);
        writer = new LogWriter(this, context);
        finish = new LogFinish(this, context);
        epochs = new LogEpochs(this, context);
        install(loaded);
    }

    private void install(LoadedLog loaded) {
        segments.clear();
        for (Segment.Loaded each : loaded.segments()) {
            boolean last = each.baseOffset() == loaded.segments().getLast().baseOffset();
            segments.put(each.baseOffset(), Segment.existing(context.files(), directory, each, !last));
        }
        startOffset = loaded.startOffset();
        endOffset = loaded.endOffset();
        finish.loaded(loaded);
        producers = loaded.producers();
        epochs.loaded(loaded.epochs());
        flusher.restart(Math.min(loaded.flushedOffset(), endOffset));
        highWatermark = Math.min(highWatermark, endOffset);
        reads.filesChanged();
    }

    public TopicPartition topicPartition() {
        return topicPartition;
    }

    public TopicId topicId() {
        return topicId;
    }

    /** Until now nobody knew whose log it is. */
    void adopt(TopicId id) {
        topicId = id;
        Path file = directory.resolve(PartitionMetadata.FILE);
        inBackground("its topic id", () -> PartitionMetadata.write(context.disk(), file, id));
    }

    public LogDir logDir() {
        return logDir;
    }

    Path directory() {
        return directory;
    }

    public LogConfig config() {
        return config;
    }

    /** Takes effect from the next append, roll or retention on. */
    public void configure(LogConfig config) {
        this.config = config;
        writer.configured();
    }

    /** The first offset that can be read. */
    public long startOffset() {
        return startOffset;
    }

    /** The offset that the next record gets. */
    public long endOffset() {
        return endOffset;
    }

    /** What is before it survives a power loss. */
    public long flushedOffset() {
        return flusher.flushedOffset();
    }

    /** The first offset of a transaction that is open, or whose end is above the high watermark; −1 if there is none. */
    public long firstUnstableOffset() {
        return producers.firstUnstableOffset();
    }

    /** Of all segments. */
    public long sizeBytes() {
        long size = 0;
        for (Segment segment : segments.values()) size += segment.sizeBytes();
        return size;
    }

    /** The high watermark as the partition last told it. */
    public long highWatermark() {
        return highWatermark;
    }

    /**
     * Retention, compaction and the end of transactions go no further than what is committed, so the partition tells it,
     * each time it rises. Kept in a checkpoint, for {@link #checkpointedHighWatermark} after a restart.
     */
    public void highWatermark(long committed) {
        if (committed == highWatermark) return;
        highWatermark = Math.min(committed, endOffset);
        producers.committed(highWatermark);
        logDir.highWatermark(topicPartition, highWatermark);
    }

    /** The high watermark before the last stop, within the log's offsets; the log start if it is not known. */
    public long checkpointedHighWatermark() {
        return Math.clamp(logDir.highWatermark(topicPartition), startOffset, endOffset);
    }

    /**
     * Validates batches, gives them offsets (but to those of {@link AppendOrigin#REPLICATION}), and writes them to the
     * end of the log, all or none.
     *
     * @param batches from position to limit, one or more; may be changed
     * @param leaderEpoch that the batches get
     * @throws IOException the log directory has failed
     */
    public Append append(long nowMs, ByteBuffer batches, AppendOrigin origin, int leaderEpoch) throws IOException {
        checkUsable();
        return writer.append(nowMs, batches, origin, leaderEpoch);
    }

    /** Begins a new segment; the old one is finished, and flushed in the background. */
    void roll(long nowMs, long baseOffset) throws IOException, NoSpace {
        writer.roll(nowMs, baseOffset);
    }

    /**
     * Batches from an offset on: what the page cache has, without waiting.
     *
     * @param maxBytes of all batches together
     * @param limit no batch with a record at or above it is given out (the high watermark, say); {@link Long#MAX_VALUE}
     *     for none
     * @param atLeastOneBatch whether the first batch may be larger than {@code maxBytes}
     */
    public Read read(long offset, int maxBytes, long limit, boolean atLeastOneBatch) throws IOException {
        checkUsable();
        return reads.read(offset, maxBytes, limit, atLeastOneBatch);
    }

    /** As {@link #read}, on a disk thread; the bytes are in the page cache afterwards. Never {@link Read.Cold}. */
    public void readCold(long offset, int maxBytes, long limit, boolean atLeastOneBatch, Completion<Read> completion)
            throws IOException {
        checkUsable();
        reads.readCold(offset, maxBytes, limit, atLeastOneBatch, completion);
    }

    /** The aborted transactions that have records in {@code [from, to)}, as a reader of committed records needs them. */
    public List<AbortedTxn> abortedTransactions(long from, long to) throws IOException {
        checkUsable();
        return reads.abortedTransactions(from, to);
    }

    /**
     * An offset by time (KIP-79, KIP-734). Latest is {@link #endOffset}: whoever may see less knows its own limit.
     *
     * @param timestamp in milliseconds since the epoch, or one of the negative values of {@link OffsetLookup}
     */
    public void offsetForTime(long timestamp, Completion<OffsetLookup.Answer> completion) throws IOException {
        checkUsable();
        reads.offsetForTime(timestamp, completion);
    }

    /** Where segments begin and when they were written to last, oldest first: for ListOffsets of version 0. */
    public void segmentTimes(Completion<List<SegmentTime>> completion) {
        reads.segmentTimes(completion);
    }

    /** @param lastModifiedMs of its file */
    public record SegmentTime(long baseOffset, long lastModifiedMs) {}

    /** Where a leader epoch ended, for OffsetForLeaderEpoch. */
    public EpochEnd epochEnd(int leaderEpoch) {
        return epochs.endOf(leaderEpoch, endOffset);
    }

    /** −1 if there is none yet. */
    public int latestEpoch() {
        return epochs.latest();
    }

    /** The leader epoch of the batch at an offset; −1 if the log cannot say. */
    public int epochAt(long offset) {
        return epochs.at(offset);
    }

    /** A leader epoch begins at the end of the log. */
    public void assignEpoch(int epoch) {
        epochs.assign(epoch, endOffset);
    }

    /** Makes everything up to now durable, together with what others wait for. The outcome is {@link #flushedOffset}. */
    public void flush(Completion<Long> completion) {
        flusher.flush(completion);
    }

    /** Of the producers that the log remembers: copies. */
    public List<ProducerStateEntry> activeProducers() {
        return producers.entries().stream().map(ProducerStateEntry::of).toList();
    }

    /** The log begins at {@code offset} from now on; segments that are wholly before it will be deleted. */
    public void deleteRecordsBefore(long offset) {
        retention.deleteRecordsBefore(offset);
    }

    /** As {@link #deleteRecordsBefore(long)}; completes when no crash takes it back. */
    public void deleteRecordsBefore(long offset, Completion<Void> durable) {
        retention.deleteRecordsBefore(offset, durable);
    }

    /** Cuts off everything from {@code offset} on. Until it completes the log must not be used. */
    public void truncateTo(long nowMs, long offset, Completion<Void> completion) {
        LogTruncation.truncate(this, context, nowMs, offset, completion);
    }

    void truncating() {
        state = State.TRUNCATING;
        reads.filesChanged();
        closeFiles();
    }

    /** What was cut is checked and synced; of the segments before it only those are durable that were before. */
    void truncated(LoadedLog loaded) {
        Set<Long> durable = new HashSet<>();
        for (Segment segment : segments.values()) if (segment.durable()) durable.add(segment.baseOffset());
        long flushedBefore = flushedOffset();
        install(loaded);
        boolean allDurable = true;
        for (Segment segment : segments.headMap(active().baseOffset()).values()) {
            segment.durable(durable.contains(segment.baseOffset()));
            allDurable &= segment.durable();
        }
        if (!allDurable) flusher.restart(Math.min(flushedBefore, endOffset));
        state = State.OPEN;
    }

    LogRetention retention() {
        return retention;
    }

    SegmentAges ages() {
        return ages;
    }

    LogFinish finish() {
        return finish;
    }

    LogFlusher flusher() {
        return flusher;
    }

    LogEpochs epochs() {
        return epochs;
    }

    ProducerStates producers() {
        return producers;
    }

    void endOffset(long offset) {
        endOffset = offset;
        finish.touched();
    }

    void startOffset(long offset) {
        startOffset = offset;
        logDir.logStartOffset(topicPartition, offset);
        epochs.deleteBefore(offset);
    }

    Segment active() {
        return segments.lastEntry().getValue();
    }

    /** Where the next segment begins, or the log ends. */
    long endOf(Segment segment) {
        Long next = segments.higherKey(segment.baseOffset());
        return next == null ? endOffset : next;
    }

    NavigableMap<Long, Segment> segments() {
        return segments;
    }

    LogReads reads() {
        return reads;
    }

    /** Compaction found damage, and leaves the log alone until the next start. */
    void uncleanable(String why) {
        damage = why;
        logger.error("{} is damaged and will not be compacted: {}", topicPartition, why);
    }

    /** Compaction has come so far, though it may have had to leave batches before this whole, and will map all keys again. */
    void compactedTo(long offset) {
        compactedTo = offset;
    }

    /** What came later is why a log is compacted again; 0 after a start. */
    long compactedTo() {
        return compactedTo;
    }

    boolean isUncleanable() {
        return !damage.isEmpty();
    }

    boolean isOpen() {
        return state == State.OPEN;
    }

    boolean isUsable() {
        return state == State.OPEN && logDir.failure().isEmpty();
    }

    /** Work on files of this directory, in order; if it fails, the log directory has. */
    void inBackground(String what, FileWork work) {
        context.disk()
                .submit(
                        directory,
                        () -> {
                            work.run();
                            return null;
                        },
                        outcome -> {
                            if (!(outcome instanceof Outcome.Failed<Object>(IOException cause))) return;
                            if (NoSpace.isIt(cause)) logger.warn("{}: no space left to write {}", topicPartition, what);
                            else if (state != State.CLOSED) failed(cause);
                        });
    }

    @FunctionalInterface
    interface FileWork {
        void run() throws IOException;
    }

    /** @return the cause, for {@code throw failed(cause)} */
    IOException failed(IOException cause) {
        context.failed().accept(logDir, cause);
        return cause;
    }

    private void checkUsable() throws IOException {
        invariant(state == State.OPEN, "%s is %s", topicPartition, state);
        Optional<IOException> failure = logDir.failure();
        if (failure.isPresent()) throw new IOException("the log directory failed before", failure.get());
    }

    /** Forgets it, without any care for what is not flushed. */
    void close() {
        state = State.CLOSED;
        closeFiles();
    }

    void closeFiles() {
        for (Segment segment : segments.values()) segment.closeFiles();
    }

    @Override
    public String toString() {
        return "log of " + topicPartition;
    }
}
