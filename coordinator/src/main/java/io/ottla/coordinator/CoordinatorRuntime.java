package io.ottla.coordinator;

import io.ottla.base.Core;
import io.ottla.base.Effects;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.apache.kafka.common.protocol.Errors;

/**
 * A coordinator: the shards of its topic's partitions that this node leads, each with its own state, loading and
 * writes. Knows nothing of groups or transactions; that is the shards' matter.
 *
 * @param <C> the shards' commands
 */
final class CoordinatorRuntime<C> implements Core<CoordinatorEvent<C>, CoordinatorEffect> {

    /** Answers for a shard that is not there. */
    @FunctionalInterface
    interface Refusal<C> {
        /** Gives whoever sent the command this error. */
        void refuse(C command, Errors error, Effects<CoordinatorEffect> effects);
    }

    private final TreeMap<Integer, ShardRuntime<C>> shards = new TreeMap<>();
    private final IntFunction<Shard<C>> newShard;
    private final Refusal<C> refusal;
    private final CoordinatorBatch batches;
    private final CoordinatorLimits limits;
    private final WriteQueue.Unwritten unwritten = new WriteQueue.Unwritten();
    private final SteadyTime time;
    private long lastId;

    /** @param newShard makes the empty state of a partition */
    CoordinatorRuntime(
            long nowMs,
            IntFunction<Shard<C>> newShard,
            Refusal<C> refusal,
            CoordinatorBatch batches,
            CoordinatorLimits limits) {
        this.newShard = newShard;
        this.refusal = refusal;
        this.batches = batches;
        this.limits = limits;
        this.time = new SteadyTime(nowMs);
    }

    @Override
    public void step(long nowMs, CoordinatorEvent<C> event, Effects<CoordinatorEffect> effects) {
        long steadyMs = time.advance(nowMs);
        switch (event) {
            case CoordinatorEvent.Elected<C>(int partition) ->
                shards.computeIfAbsent(partition, this::newRuntime).begin(effects);
            case CoordinatorEvent.Resigned<C>(int partition) -> {
                ShardRuntime<C> shard = shards.remove(partition);
                if (shard != null) shard.end(nowMs, steadyMs, effects);
            }
            case CoordinatorEvent.Batches<C>(int partition, long loadId, var bytes) ->
                of(partition).ifPresent(shard -> shard.load(loadId, bytes));
            case CoordinatorEvent.LoadEnded<C>(int partition, long loadId, var outcome) ->
                of(partition).ifPresent(shard -> shard.loaded(nowMs, steadyMs, loadId, outcome, effects));
            case CoordinatorEvent.AppendEnded<C>(int partition, long appendId, var outcome) ->
                of(partition).ifPresent(shard -> shard.appended(nowMs, steadyMs, appendId, outcome, effects));
            case CoordinatorEvent.Requested<C>(int partition, C command) -> {
                ShardRuntime<C> shard = shards.get(partition);
                if (shard == null) refusal.refuse(command, Errors.NOT_COORDINATOR, effects);
                else shard.handle(nowMs, steadyMs, command, effects);
            }
            case CoordinatorEvent.RequestedOfAll<C>(C command) ->
                shards.values().forEach(shard -> shard.handleSurely(nowMs, steadyMs, command, effects));
            case CoordinatorEvent.Tick<C>() -> shards.values().forEach(shard -> shard.tick(nowMs, steadyMs, effects));
        }
    }

    private ShardRuntime<C> newRuntime(int partition) {
        return new ShardRuntime<>(partition, newShard, refusal, batches, limits, unwritten, () -> ++lastId);
    }

    private Optional<ShardRuntime<C>> of(int partition) {
        return Optional.ofNullable(shards.get(partition));
    }

    /** The partitions that this node coordinates, loaded or loading. */
    List<Integer> partitions() {
        return List.copyOf(shards.keySet());
    }

    boolean isActive(int partition) {
        return of(partition).filter(ShardRuntime::isActive).isPresent();
    }

    @Override
    public long nextDeadlineMs() {
        long deadlineMs = NO_DEADLINE;
        for (ShardRuntime<C> shard : shards.values()) deadlineMs = Math.min(deadlineMs, shard.nextDeadlineMs());
        return deadlineMs == NO_DEADLINE ? NO_DEADLINE : time.tickAtMs(deadlineMs);
    }
}
