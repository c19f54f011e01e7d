package io.ottla.coordinator;

import io.ottla.base.Core;
import io.ottla.base.Effects;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition of a coordinator: loads its shard, gives it turns, writes what it decides, and holds answers back until
 * all that they may rest on is committed. If an append is refused, the shard's durable state goes back to before it;
 * if its outcome is unknown, the state is loaded anew from the log, which alone knows.
 *
 * <pre>
 * IDLE → LOADING → ACTIVE → (append lost sight of) → LOADING
 *           ↓ load failed
 *         FAILED → (after a while) → LOADING
 * </pre>
 */
final class ShardRuntime<C> {
    private static final Logger LOG = LoggerFactory.getLogger(ShardRuntime.class);

    /** Lines about damage that one load may log. */
    private static final int DAMAGED_LINES_MAX = 10;

    private enum Phase {
        IDLE,
        LOADING,
        ACTIVE,
        FAILED
    }

    private final int partition;
    private final IntFunction<Shard<C>> newShard;
    private final CoordinatorRuntime.Refusal<C> refusal;
    private final CoordinatorBatch batches;
    private final CoordinatorLimits limits;
    private final WriteQueue.Unwritten unwritten;
    private final LongSupplier nextId;
    private final WriteQueue queue;
    private Phase phase = Phase.IDLE;
    private Shard<C> shard;
    private long loadId;
    private long damagedRecords;
    private long appendId;
    /** Given to records that were just written: rises as their offsets in the log do, if not equal to them. */
    private long nextOffset;

    private long retryAtMs = Core.NO_DEADLINE;
    /** What every shard must know and came while this one was loading; as many as there were changes in that time. */
    private final List<C> afterLoading = new ArrayList<>();

    /** @param nextId numbers for loads and appends that are never given twice, so that late answers are told apart */
    ShardRuntime(
            int partition,
            IntFunction<Shard<C>> newShard,
            CoordinatorRuntime.Refusal<C> refusal,
            CoordinatorBatch batches,
            CoordinatorLimits limits,
            WriteQueue.Unwritten unwritten,
            LongSupplier nextId) {
        this.partition = partition;
        this.newShard = newShard;
        this.refusal = refusal;
        this.batches = batches;
        this.limits = limits;
        this.nextId = nextId;
        this.unwritten = unwritten;
        this.queue = new WriteQueue(limits.batchBytesMax(), unwritten);
    }

    boolean isActive() {
        return phase == Phase.ACTIVE;
    }

    void begin(Effects<CoordinatorEffect> effects) {
        if (phase == Phase.IDLE) startLoading(effects);
    }

    private void startLoading(Effects<CoordinatorEffect> effects) {
        phase = Phase.LOADING;
        retryAtMs = Core.NO_DEADLINE;
        shard = newShard.apply(partition);
        damagedRecords = 0;
        loadId = nextId.getAsLong();
        effects.add(new CoordinatorEffect.Load(partition, loadId));
    }

    void load(long id, ByteBuffer bytes) {
        if (phase == Phase.LOADING && id == loadId) batches.forEach(bytes, new Replay());
    }

    /** Replays what is in the log; a record that cannot be read is passed over, as the others must not suffer for it. */
    private final class Replay implements CoordinatorBatch.Visitor {
        @Override
        public void record(long offset, long producerId, ByteBuffer key, Optional<ByteBuffer> value) {
            Optional<CoordinatorRecord> record;
            try {
                record = shard.decode(key, value);
            } catch (RuntimeException malformed) {
                damaged(offset, String.valueOf(malformed.getMessage()));
                return;
            }
            record.ifPresent(known -> shard.replay(known, offset, producerId));
        }

        @Override
        public void marker(long producerId, boolean committed) {
            shard.replayMarker(producerId, committed);
        }

        @Override
        public void damaged(long offset, String why) {
            if (damagedRecords++ < DAMAGED_LINES_MAX)
                LOG.error(
                        "partition {}: what is at offset {} cannot be read and is passed over: {}",
                        partition,
                        offset,
                        Printable.of(why));
        }
    }

    void loaded(long nowMs, long steadyMs, long id, CoordinatorLog.Load outcome, Effects<CoordinatorEffect> effects) {
        if (phase != Phase.LOADING || id != loadId) return;
        switch (outcome) {
            case CoordinatorLog.Load.Loaded(long endOffset) -> {
                phase = Phase.ACTIVE;
                if (damagedRecords > 0)
                    LOG.error("partition {}: {} records or batches were passed over", partition, damagedRecords);
                nextOffset = endOffset;
                shard.timeline().record();
                Turn turn = new Turn(nowMs, steadyMs);
                shard.activate(turn);
                afterLoading.forEach(command -> shard.handle(command, turn));
                afterLoading.clear();
                finish(turn, effects);
            }
            case CoordinatorLog.Load.Failed(short errorCode) -> {
                Errors error = Errors.forCode(errorCode);
                // another broker has it now, or this one stops
                if (error == Errors.NOT_LEADER_OR_FOLLOWER)
                    LOG.debug("partition {} is not loaded: {}", partition, error);
                else LOG.error("partition {} could not be loaded: {}", partition, error);
                phase = Phase.FAILED;
                retryAtMs = steadyMs + limits.reloadBackoffMs();
            }
        }
    }

    void handle(long nowMs, long steadyMs, C command, Effects<CoordinatorEffect> effects) {
        switch (phase) {
            case IDLE -> refusal.refuse(command, Errors.NOT_COORDINATOR, effects);
            case LOADING, FAILED -> refusal.refuse(command, Errors.COORDINATOR_LOAD_IN_PROGRESS, effects);
            case ACTIVE -> {
                if (queue.sizeBytes() > limits.unwrittenBytesMax()
                        || unwritten.bytes() > limits.unwrittenBytesOfAllMax()) {
                    refusal.refuse(command, Errors.COORDINATOR_NOT_AVAILABLE, effects);
                    return;
                }
                Turn turn = new Turn(nowMs, steadyMs);
                shard.handle(command, turn);
                finish(turn, effects);
            }
        }
    }

    /** Takes a command that every shard must see: if not now, then once it is loaded. */
    void handleSurely(long nowMs, long steadyMs, C command, Effects<CoordinatorEffect> effects) {
        if (phase == Phase.ACTIVE) {
            Turn turn = new Turn(nowMs, steadyMs);
            shard.handle(command, turn);
            finish(turn, effects);
        } else {
            afterLoading.add(command);
        }
    }

    void tick(long nowMs, long steadyMs, Effects<CoordinatorEffect> effects) {
        if (phase == Phase.FAILED && steadyMs >= retryAtMs) startLoading(effects);
        if (phase != Phase.ACTIVE || steadyMs < shard.nextDeadlineMs()) return;
        Turn turn = new Turn(nowMs, steadyMs);
        shard.tick(turn);
        finish(turn, effects);
    }

    long nextDeadlineMs() {
        return switch (phase) {
            case IDLE, LOADING -> Core.NO_DEADLINE;
            case FAILED -> retryAtMs;
            case ACTIVE -> shard.nextDeadlineMs();
        };
    }

    /** Replays and queues what a turn decided, and sends what may go. */
    private void finish(Turn turn, Effects<CoordinatorEffect> effects) {
        turn.answeredNow().forEach(effects::add);
        List<Turn.Write> tooLarge =
                turn.writes().stream().filter(write -> !enqueue(write)).toList();
        for (Turn.Answer<?> answer : turn.answers()) {
            if (!tooLarge.isEmpty()) effects.add(answer.refused(Errors.UNKNOWN_SERVER_ERROR));
            else if (queue.isEmpty()) effects.add(answer.granted());
            else queue.last().answers.add(answer);
        }
        if (tooLarge.isEmpty()) {
            if (!queue.isEmpty()) queue.last().then.addAll(turn.undos());
            flush(turn.nowMs(), effects);
        } else {
            Turn after = new Turn(turn.nowMs(), turn.steadyMs());
            tooLarge.forEach(write -> write.then().ended(after, Optional.of(Errors.UNKNOWN_SERVER_ERROR)));
            turn.undos().forEach(undo -> undo.ended(after, Optional.of(Errors.UNKNOWN_SERVER_ERROR)));
            finish(after, effects);
        }
    }

    /** @return false if the records are too many for one batch (RECORD_LIST_TOO_LARGE); then nothing is done */
    private boolean enqueue(Turn.Write write) {
        List<CoordinatorBatch.Raw> raw =
                write.records().stream().map(CoordinatorBatch.Raw::of).toList();
        long sizeBytes = raw.stream().mapToLong(CoordinatorBatch.Raw::sizeBytes).sum();
        if (write.whole() && sizeBytes > limits.batchBytesMax()) return false;
        WriteQueue.Pending batch = queue.open(shard.timeline(), write.whole() ? sizeBytes : 0);
        for (int i = 0; i < raw.size(); i++) {
            if (!write.whole()) batch = queue.open(shard.timeline(), raw.get(i).sizeBytes());
            queue.add(batch, raw.get(i));
            shard.replay(write.records().get(i), nextOffset++, -1);
        }
        batch.then.add(write.then());
        return true;
    }

    private void flush(long nowMs, Effects<CoordinatorEffect> effects) {
        queue.next(batches, nowMs).ifPresent(batch -> {
            appendId = nextId.getAsLong();
            effects.add(new CoordinatorEffect.Append(partition, appendId, batch));
        });
    }

    void appended(
            long nowMs, long steadyMs, long id, CoordinatorLog.Append outcome, Effects<CoordinatorEffect> effects) {
        if (phase != Phase.ACTIVE || id != appendId) return;
        Turn turn = new Turn(nowMs, steadyMs);
        switch (outcome) {
            case CoordinatorLog.Append.Committed(long lastOffset) -> {
                WriteQueue.Pending batch = queue.finish();
                shard.timeline().commit(batch.mark);
                batch.end(turn, Optional.empty());
                batch.answers.forEach(answer -> effects.add(answer.granted()));
            }
            case CoordinatorLog.Append.Refused(short errorCode) -> takeBack(turn, errorCode, effects);
            case CoordinatorLog.Append.Unknown(short errorCode) -> {
                LOG.warn(
                        "partition {}: whether an append was made is not known ({}); loading again",
                        partition,
                        Errors.forCode(errorCode));
                letGo(turn, CoordinatorErrors.ofAppend(errorCode), effects);
                startLoading(effects);
                return;
            }
        }
        finish(turn, effects);
    }

    private void takeBack(Turn turn, short errorCode, Effects<CoordinatorEffect> effects) {
        Errors error = CoordinatorErrors.ofAppend(errorCode);
        List<WriteQueue.Pending> lost = queue.drain();
        shard.timeline().rollback(lost.getFirst().mark);
        for (WriteQueue.Pending batch : lost) {
            batch.end(turn, Optional.of(error));
            batch.answers.forEach(answer -> effects.add(answer.refused(error)));
        }
    }

    /** Gives up the state, and tells everybody who waits. */
    private void letGo(Turn turn, Errors error, Effects<CoordinatorEffect> effects) {
        for (WriteQueue.Pending batch : queue.drain())
            batch.answers.forEach(answer -> effects.add(answer.refused(error)));
        shard.deactivate(turn, error);
        turn.answers().forEach(answer -> effects.add(answer.refused(error)));
        appendId = nextId.getAsLong(); // what is still under way is none of ours any more
    }

    /** This node leads the partition no more. */
    void end(long nowMs, long steadyMs, Effects<CoordinatorEffect> effects) {
        if (phase == Phase.ACTIVE) letGo(new Turn(nowMs, steadyMs), Errors.NOT_COORDINATOR, effects);
        phase = Phase.IDLE;
    }
}
