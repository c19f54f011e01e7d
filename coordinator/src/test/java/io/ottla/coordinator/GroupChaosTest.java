package io.ottla.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.kafkamessages.OffsetFetchRequestData.OffsetFetchRequestGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Consumers come and go while the log misbehaves; the invariants of groups hold all along. {@code -Dseed=N} plays one. */
class GroupChaosTest {
    private static final long CHAOS_MS = 300_000;
    /** G5: after healing a group has settled within this. */
    private static final long CONVERGENCE_MS = 60_000;

    static LongStream seeds() {
        Long one = Long.getLong("seed");
        return one != null ? LongStream.of(one) : LongStream.range(0, 60);
    }

    private final List<ChaosConsumer> consumers = new ArrayList<>();
    private final GroupCheckers checkers = new GroupCheckers();
    private int born;

    @ParameterizedTest
    @MethodSource("seeds")
    void holdsItsInvariants(long seed) {
        ChaosWorld world = new ChaosWorld(seed);
        long startMs = world.nowMs();
        for (int i = 0; i < 5; i++) addConsumer(world);
        world.after(1_000, () -> comeAndGo(world, startMs + CHAOS_MS));
        world.runUntil(startMs + CHAOS_MS, () -> GroupCheckers.noDoubleOwner(consumers));
        assertThat(world.loads).as("loads").isGreaterThan(1);

        world.heal();
        world.runUntil(startMs + CHAOS_MS + CONVERGENCE_MS, () -> GroupCheckers.noDoubleOwner(consumers));
        for (String groupId : groupIds()) hasConverged(groupId);
        nobodyWhoLeftStays(world);
        liveStateIsWhatTheLogSays(world);
        assertThat(checkers.replies.answered).isGreaterThan(100);
        // what is open now was asked a moment ago
        assertThat(checkers.replies.unanswered()).isLessThanOrEqualTo(2 * consumers.size());
        assertThat(checkers.offsets.fetches).isPositive();
    }

    /** All leave while nothing can be written: once it can, the log knows that they are gone. */
    private void nobodyWhoLeftStays(ChaosWorld world) {
        world.full(true);
        consumers.stream()
                .filter(consumer -> consumer.state != ChaosConsumer.State.GONE)
                .forEach(ChaosConsumer::leave);
        world.runUntil(world.nowMs() + 1_000, () -> {});
        world.full(false);
        world.runUntil(world.nowMs() + 2_000, () -> {});
        world.reload();
        world.runUntil(world.nowMs() + 1_000, () -> {});
        for (String groupId : List.of("g0", "g1"))
            world.request(new GroupCommand.Describe(
                    List.of(groupId),
                    (short) 6,
                    groups ->
                            assertThat(groups.getFirst().members()).as(groupId).isEmpty()));
        world.runUntil(world.nowMs() + 1_000, () -> {});
    }

    /** What was replayed live is what a load replays. */
    private void liveStateIsWhatTheLogSays(ChaosWorld world) {
        consumers.forEach(ChaosConsumer::crash);
        world.runUntil(world.nowMs() + 1_000, () -> {});
        List<Object> live = everything(world);
        world.reload();
        world.runUntil(world.nowMs() + 1_000, () -> {});
        assertThat(everything(world)).isEqualTo(live);
    }

    private List<Object> everything(ChaosWorld world) {
        List<Object> seen = new ArrayList<>();
        for (String groupId : List.of("g0", "g1")) {
            OffsetFetchRequestGroup all =
                    new OffsetFetchRequestGroup().setGroupId(groupId).setTopics(null);
            world.request(new GroupCommand.Fetch(all, true, seen::add));
            world.runUntil(world.nowMs() + 100, () -> {});
            world.request(new GroupCommand.Describe(List.of(groupId), (short) 6, seen::add));
            world.runUntil(world.nowMs() + 100, () -> {});
        }
        assertThat(seen).hasSize(4);
        return seen;
    }

    private void addConsumer(ChaosWorld world) {
        String groupId = "g" + world.random.nextInt(2);
        Optional<String> instanceId =
                world.random.chance(0.3) ? Optional.of("i" + world.random.nextInt(3)) : Optional.empty();
        consumers.add(new ChaosConsumer(world, checkers, groupId, "c" + born++, instanceId));
    }

    private void comeAndGo(ChaosWorld world, long untilMs) {
        consumers.removeIf(consumer -> consumer.state == ChaosConsumer.State.GONE);
        if (consumers.size() > 2 && world.random.chance(0.5)) {
            ChaosConsumer victim = consumers.get(world.random.nextInt(consumers.size()));
            if (world.random.chance(0.5)) victim.crash();
            else victim.leave();
        } else if (consumers.size() < 8) {
            addConsumer(world);
        }
        if (world.nowMs() < untilMs - 20_000)
            world.after(2_000 + world.random.nextInt(15_000), () -> comeAndGo(world, untilMs));
    }

    private Set<String> groupIds() {
        Set<String> ids = new TreeSet<>();
        for (ChaosConsumer consumer : consumers)
            if (consumer.state != ChaosConsumer.State.GONE) ids.add(consumer.groupId);
        return ids;
    }

    private void hasConverged(String groupId) {
        Set<Integer> owned = new TreeSet<>();
        for (ChaosConsumer consumer : consumers) {
            if (!consumer.groupId.equals(groupId) || consumer.state == ChaosConsumer.State.GONE) continue;
            assertThat(consumer.state).as("%s in %s", consumer.name, groupId).isEqualTo(ChaosConsumer.State.STABLE);
            owned.addAll(consumer.owned);
        }
        assertThat(owned).as("partitions owned in %s", groupId).hasSize(ChaosConsumer.PARTITIONS);
    }
}
