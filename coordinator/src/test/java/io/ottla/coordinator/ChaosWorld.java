package io.ottla.coordinator;

import io.ottla.base.SeededRandom;
import io.ottla.kafkaprotocol.Compression;
import java.nio.ByteBuffer;
import java.util.Comparator;
import java.util.PriorityQueue;
import org.apache.kafka.common.protocol.Errors;

/**
 * A coordinator of one partition in virtual time, over a log that is slow, refuses, loses sight of appends, and moves
 * away and back. What it appended is in the log from that moment on, or never.
 */
final class ChaosWorld {
    private record Due(long atMs, long order, Runnable task) {}

    final SeededRandom random;
    private final FakeLog log = new FakeLog();
    private final GroupCoordinator coordinator;
    private final PriorityQueue<Due> tasks =
            new PriorityQueue<>(Comparator.comparingLong(Due::atMs).thenComparing(Due::order));
    private long nowMs = 1_000_000;
    private long wallSkewMs;
    private long order;
    private boolean healthy;
    private boolean away;
    private boolean full;
    int loads;
    int refusals;

    ChaosWorld(long seed) {
        random = new SeededRandom(seed);
        coordinator = new GroupCoordinator(
                nowMs, GroupSettings.DEFAULT, Compression.NONE, CoordinatorLimits.DEFAULT, random.split());
        step(new CoordinatorEvent.Elected<>(0));
        after(100, this::tick);
        after(5_000, this::disturb);
        after(20_000, this::fill);
    }

    long nowMs() {
        return nowMs;
    }

    void after(long delayMs, Runnable task) {
        tasks.add(new Due(nowMs + delayMs, order++, task));
    }

    /** Runs until then, and calls {@code check} after everything that happens. */
    void runUntil(long untilMs, Runnable check) {
        while (!tasks.isEmpty() && tasks.peek().atMs <= untilMs) {
            Due due = tasks.poll();
            nowMs = due.atMs;
            due.task.run();
            check.run();
        }
    }

    /** From now on every append is refused, or none for that. */
    void full(boolean full) {
        this.full = full;
    }

    /** From now on nothing goes wrong any more. */
    void heal() {
        healthy = true;
        full = false;
        if (away) comeBack();
    }

    /** Sends a request; now and then one is long under way, and comes when its sender thinks otherwise by now. */
    void request(GroupCommand command) {
        request(command, () -> {});
    }

    void request(GroupCommand command, Runnable onArrival) {
        after(!healthy && random.chance(0.1) ? random.nextInt(20_000) : random.nextInt(20), () -> {
            onArrival.run();
            step(new CoordinatorEvent.Requested<>(0, command));
        });
    }

    /** Forgets all and loads it again. */
    void reload() {
        step(new CoordinatorEvent.Resigned<>(0));
        step(new CoordinatorEvent.Elected<>(0));
    }

    private void step(CoordinatorEvent<GroupCommand> event) {
        coordinator.step(nowMs + wallSkewMs, event, this::carryOut);
    }

    private void tick() {
        step(new CoordinatorEvent.Tick<>());
        after(100, this::tick);
    }

    private void disturb() {
        if (healthy) return;
        if (random.chance(0.5)) wallSkewMs += random.nextLong(7_200_000) - 3_600_000;
        if (random.chance(0.5) && !away) {
            away = true;
            step(new CoordinatorEvent.Resigned<>(0));
            after(random.nextInt(3_000), this::comeBack);
        }
        after(2_000 + random.nextInt(20_000), this::disturb);
    }

    /** A disk that is full for longer than clients are patient. */
    private void fill() {
        if (healthy) return;
        full = !full;
        after(full ? random.nextInt(15_000) : 5_000 + random.nextInt(40_000), this::fill);
    }

    private void comeBack() {
        away = false;
        step(new CoordinatorEvent.Elected<>(0));
    }

    private void carryOut(CoordinatorEffect effect) {
        switch (effect) {
            case CoordinatorEffect.Load(int partition, long loadId) -> load(partition, loadId);
            case CoordinatorEffect.Append append -> append(append);
            case CoordinatorEffect.Respond<?> respond -> after(random.nextInt(20), respond::deliver);
        }
    }

    private void load(int partition, long loadId) {
        loads++;
        boolean fails = !healthy && random.chance(0.1);
        for (ByteBuffer batch : log.batches())
            after(0, () -> step(new CoordinatorEvent.Batches<>(partition, loadId, batch.duplicate())));
        CoordinatorLog.Load outcome = fails
                ? new CoordinatorLog.Load.Failed(Errors.KAFKA_STORAGE_ERROR.code())
                : new CoordinatorLog.Load.Loaded(log.endOffset());
        after(random.nextInt(300), () -> step(new CoordinatorEvent.LoadEnded<>(partition, loadId, outcome)));
    }

    private void append(CoordinatorEffect.Append append) {
        int dice = full ? 17 : healthy ? 0 : random.nextInt(20);
        if (dice == 17 || dice == 18) refusals++;
        CoordinatorLog.Append outcome = switch (dice) {
            case 16 -> {
                log.append(append.batch());
                yield new CoordinatorLog.Append.Unknown(Errors.REQUEST_TIMED_OUT.code());
            }
            case 17 -> new CoordinatorLog.Append.Refused(Errors.NOT_ENOUGH_REPLICAS.code());
            case 18 -> new CoordinatorLog.Append.Refused(Errors.NOT_LEADER_OR_FOLLOWER.code());
            case 19 -> new CoordinatorLog.Append.Unknown(Errors.KAFKA_STORAGE_ERROR.code());
            default -> new CoordinatorLog.Append.Committed(log.append(append.batch()));
        };
        long delayMs = healthy ? 1 : random.nextInt(random.chance(0.1) ? 3_000 : 30);
        after(delayMs, () -> step(new CoordinatorEvent.AppendEnded<>(append.partition(), append.appendId(), outcome)));
    }
}
