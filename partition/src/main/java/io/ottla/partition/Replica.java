package io.ottla.partition;

import io.ottla.base.Effects;
import io.ottla.base.Outcome;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.log.Append;
import io.ottla.log.AppendOrigin;
import io.ottla.log.EpochEnd;
import io.ottla.log.Log;
import io.ottla.log.LogConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;

/**
 * Drives a {@link Partition} over its log: tells it what was decided and what the log did, carries out what it wants, and
 * opens the log when it is first needed. What the log knows has the {@link ReplicaReader}. Belongs to the loop. Who asks for what needs the log looks at {@link #isOpen} first, or goes through {@link #whenOpen}.
 */
public final class Replica {
    private final ReplicaContext context;
    private final TopicPartition topicPartition;
    private TopicId topicId;
    private final Partition partition;
    private final Watcher.Armed watchers = new Watcher.Armed();
    private final ReplicaLog storage;
    private final ReplicaReader reader;
    private final Effects<PartitionEffect> effects;
    private final Deadlines.Sleeper sleeper = this::tick;
    private PartitionConfig config;
    private long appendedBytes;

    Replica(ReplicaContext context, TopicPartition topicPartition, TopicId topicId, PartitionConfig config) {
        this.context = context;
        this.topicPartition = topicPartition;
        this.topicId = topicId;
        this.config = config;
        effects = context.effects().of(this::carryOut);
        partition = new Partition(topicPartition, context.nodeId());
        storage = new ReplicaLog(
                topicPartition.toString(),
                then -> context.opener().open(topicPartition, this.topicId, this.config.log(), then),
                this::opened,
                context::monotonicMs);
        reader = new ReplicaReader(storage);
        configure(config);
    }

    public TopicPartition topicPartition() {
        return topicPartition;
    }

    public TopicId topicId() {
        return topicId;
    }

    /** Role and offsets; to be read only. */
    public Partition partition() {
        return partition;
    }

    /** What its log knows, for those who may read it. */
    public ReplicaReader reader() {
        return reader;
    }

    public LogConfig config() {
        return config.log();
    }

    public boolean isOpen() {
        return storage.isOpen();
    }

    /**
     * Whether requests that need the leader can be served, or will be once the log is open.
     *
     * @param clientEpoch the leader epoch that the client knows; {@link Partition#NO_EPOCH} if none
     */
    public Errors check(int clientEpoch) {
        Errors error = partition.checkLeader(clientEpoch);
        return error == Errors.NONE ? storage.error() : error;
    }

    /**
     * Runs {@code then} when the log is open or could not be opened: at once if that is so already. If {@link #check}
     * says nothing against it then, the log is open.
     *
     * @return false if too many wait already; then it is not run
     */
    public boolean whenOpen(Runnable then) {
        return storage.whenOpen(then);
    }

    private void opened(Optional<Log> opened) {
        opened.ifPresent(log -> {
            if (!config.log().equals(log.config())) log.configure(config.log());
            step(new PartitionEvent.Opened(
                    log.startOffset(),
                    log.endOffset(),
                    log.flushedOffset(),
                    log.firstUnstableOffset(),
                    log.latestEpoch(),
                    log.checkpointedHighWatermark()));
        });
        watchers.wake();
    }

    private void step(PartitionEvent event) {
        partition.step(event, effects);
        context.effects().carryOut();
        context.deadlines().wakeAt(sleeper, partition.nextDeadlineMs());
    }

    private Log log() {
        return storage.get();
    }

    /** The watcher is told when readers may see more than now, when the role changes, and when the log opens. */
    public void arm(Watcher watcher) {
        watchers.arm(watcher);
        if (!isOpen()) whenOpen(() -> {});
    }

    /**
     * Appends as the leader. Batches of several calls are appended in the order of the calls, also while the log opens.
     *
     * @param batches from position to limit; may be changed; the caller's again after the call
     * @param acks 0, 1 or −1
     * @param answer called when it is known what became of it, maybe within this call
     */
    void append(
            long nowMs,
            ByteBuffer batches,
            AppendOrigin origin,
            short acks,
            long timeoutMs,
            Consumer<AppendAnswer> answer) {
        Errors error = partition.checkAppend(acks);
        if (error == Errors.NONE) error = storage.error();
        if (error != Errors.NONE) answer.accept(AppendAnswer.Refused.because(error));
        else if (isOpen()) append(log(), nowMs, batches, origin, acks, timeoutMs, answer);
        else appendWhenOpen(nowMs, batches, origin, acks, timeoutMs, answer);
    }

    private void appendWhenOpen(
            long nowMs,
            ByteBuffer batches,
            AppendOrigin origin,
            short acks,
            long timeoutMs,
            Consumer<AppendAnswer> answer) {
        int bytes = batches.remaining();
        if (!context.openingBytes().hold(bytes)) {
            answer.accept(
                    AppendAnswer.Refused.because(Errors.NOT_LEADER_OR_FOLLOWER, "too much waits for logs to open"));
            return;
        }
        ByteBuffer copy = ByteBuffer.allocate(bytes).put(batches.duplicate()).flip();
        boolean waits = whenOpen(() -> {
            context.openingBytes().letGo(bytes);
            append(nowMs, copy, origin, acks, timeoutMs, answer);
        });
        if (!waits) {
            context.openingBytes().letGo(bytes);
            answer.accept(
                    AppendAnswer.Refused.because(Errors.NOT_LEADER_OR_FOLLOWER, "too much waits for the log to open"));
        }
    }

    private void append(
            Log log,
            long nowMs,
            ByteBuffer batches,
            AppendOrigin origin,
            short acks,
            long timeoutMs,
            Consumer<AppendAnswer> answer) {
        int bytes = batches.remaining();
        Append append;
        try {
            append = log.append(nowMs, batches, origin, partition.leaderEpoch());
        } catch (IOException e) {
            // the logs tell all replicas of the directory, this one too
            answer.accept(AppendAnswer.Refused.because(Errors.KAFKA_STORAGE_ERROR));
            return;
        }
        switch (append) {
            case Append.Rejected(Errors error, String message, List<Append.RecordFault> records) ->
                answer.accept(new AppendAnswer.Refused(error, message, records, log.startOffset()));
            case Append.Appended(long first, long last, long timeMs, long startOffset, long maxTimestampMs) -> {
                appendedBytes += bytes;
                appended(log, new AppendAnswer.Appended(first, last, timeMs, startOffset), acks, timeoutMs, answer);
            }
            case Append.Duplicate(long first, long last, long timeMs, long startOffset) ->
                appended(log, new AppendAnswer.Appended(first, last, timeMs, startOffset), acks, timeoutMs, answer);
        }
    }

    private void appended(
            Log log, AppendAnswer.Appended appended, short acks, long timeoutMs, Consumer<AppendAnswer> answer) {
        long nowMs = context.monotonicMs();
        step(new PartitionEvent.Appended(
                nowMs,
                context.writers().add(answer),
                appended,
                acks,
                nowMs + timeoutMs,
                log.endOffset(),
                log.flushedOffset(),
                log.firstUnstableOffset()));
    }

    private void carryOut(PartitionEffect effect) {
        switch (effect) {
            case PartitionEffect.Answer(long token, AppendAnswer answer) ->
                context.writers().remove(token).accept(answer);
            case PartitionEffect.Wake(PartitionEffect.Waiting who) -> {
                // followers do not wait here yet: nobody fetches from this node
                if (who == PartitionEffect.Waiting.READERS) watchers.wake();
            }
            case PartitionEffect.Committed(long highWatermark) ->
                storage.ifOpen().ifPresent(log -> {
                    log.highWatermark(highWatermark);
                    partition.firstUnstableOffset(log.firstUnstableOffset());
                });
            case PartitionEffect.Flush() -> storage.ifOpen().ifPresent(log -> log.flush(this::flushed));
            case PartitionEffect.BeginEpoch(int leaderEpoch) ->
                storage.ifOpen().ifPresent(log -> log.assignEpoch(leaderEpoch));
            case PartitionEffect.Truncate(long offset) -> storage.ifOpen().ifPresent(log -> truncate(log, offset));
            case PartitionEffect.DeleteBefore(long offset) ->
                storage.ifOpen().ifPresent(log -> log.deleteRecordsBefore(offset));
            // nobody fetches yet
            case PartitionEffect.Fetch fetch -> {}
            // nobody writes the in-sync replicas yet, so the change stays on its way and both count
            case PartitionEffect.ProposeIsr proposal -> {}
        }
    }

    private void truncate(Log log, long offset) {
        log.truncateTo(context.clock().nowMs(), offset, outcome -> {
            // a failure is told to all replicas of the log directory
            if (outcome instanceof Outcome.Done<Void>)
                step(new PartitionEvent.Truncated(
                        context.monotonicMs(),
                        log.endOffset(),
                        log.flushedOffset(),
                        log.firstUnstableOffset(),
                        log.latestEpoch()));
        });
    }

    private void flushed(Outcome<Long> outcome) {
        // a failure is told to all replicas of the log directory
        if (outcome instanceof Outcome.Done<Long>(Long offset)) step(new PartitionEvent.Flushed(offset));
    }

    private void tick(long nowMs) {
        step(new PartitionEvent.Tick(nowMs));
    }

    void configure(PartitionConfig config) {
        this.config = config;
        storage.ifOpen().ifPresent(log -> log.configure(config.log()));
        step(new PartitionEvent.Configured(new PartitionSettings(
                config.minInSyncReplicas(),
                config.log().flushing().messages(),
                PartitionSettings.REPLICA_LAG_TIME_MAX_MS)));
    }

    /** The topic, which had no id, has got one. */
    void adopt(TopicId topicId) {
        this.topicId = topicId;
        // an open log learns it like this, and writes it down
        if (isOpen()) context.opener().open(topicPartition, topicId, config.log(), ignored -> {});
    }

    /** A follower holds its log open; a leader's is opened by its first use. */
    void decided(Decision decision) {
        switch (decision) {
            case Leadership leadership -> step(new PartitionEvent.Lead(context.monotonicMs(), leadership));
            case Following following -> {
                step(new PartitionEvent.Follow(following));
                if (!isOpen()) whenOpen(() -> {});
            }
        }
    }

    /**
     * The leader says where its log ended the epoch that this one ends in: what it does not have is cut off.
     *
     * @param leaderEpoch of the fetch that it answers
     * @param fetchOffset of the fetch that it answers
     */
    void diverged(int leaderEpoch, long fetchOffset, EpochEnd leaders) {
        if (!partition.isFetching(leaderEpoch, fetchOffset)) return;
        step(new PartitionEvent.Diverged(leaderEpoch, fetchOffset, leaders, reader.epochEnd(leaders.epoch())));
    }

    void unassign() {
        step(new PartitionEvent.Unassigned());
    }

    /** The log directory has failed. */
    void fail() {
        step(new PartitionEvent.LogDirFailed());
        abandonLog();
    }

    /** It is not this node's any more. */
    void remove() {
        step(new PartitionEvent.Unassigned());
        context.deadlines().forget(sleeper);
        abandonLog();
    }

    private void abandonLog() {
        watchers.wake();
        storage.abandon();
    }

    /**
     * As {@link #check}, for a fetch of another replica.
     *
     * @see Partition#checkFollower
     */
    public Errors checkFollower(int replicaId, int epoch) {
        Errors error = partition.checkFollower(replicaId, epoch);
        return error == Errors.NONE ? storage.error() : error;
    }

    /** What has been appended since the log was opened: grows with it, but does not shrink with retention. */
    public long appendedBytes() {
        return appendedBytes;
    }

    /** The log begins at {@code offset} from now on, which is at most the high watermark. */
    public void deleteRecordsBefore(long offset) {
        if (offset <= log().startOffset()) return;
        log().deleteRecordsBefore(offset);
        watchers.wake();
    }

    /** As {@link #deleteRecordsBefore(long)}; then says whether no crash takes it back, or the disk failed. */
    public void deleteRecordsBefore(long offset, Consumer<Boolean> then) {
        log().deleteRecordsBefore(offset, outcome -> then.accept(outcome instanceof Outcome.Done<Void>));
        watchers.wake();
    }
}
