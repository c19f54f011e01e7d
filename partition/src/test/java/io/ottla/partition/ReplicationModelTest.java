package io.ottla.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.SeededRandom;
import io.ottla.base.TopicPartition;
import io.ottla.log.EpochEnd;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Three cores copy from each other, over logs that are lists: fetches, answers, fsyncs, truncations, news of decisions and
 * writes of in-sync replicas come late and in any order between two nodes; answers to writes are lost; leaders change. After
 * every step: what was acknowledged with acks=all is at every member of the in-sync replicas (R1, R5), committed prefixes
 * agree (R2), no high watermark is above its log (R3), nothing committed is cut off (R9). In the end all agree (R20).
 */
class ReplicationModelTest {
    private static final int STEPS = 3_000;
    private static final int SEEDS = 120;

    @ParameterizedTest
    @ValueSource(longs = {1, Long.MAX_VALUE})
    void nothingAcknowledgedIsLost(long flushMessages) {
        int acknowledged = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            Model model = new Model(seed, flushMessages);
            try {
                model.run();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + "\n" + String.join("\n", model.lastTrace()), e);
            }
            acknowledged += model.acknowledged.size();
        }
        assertThat(acknowledged).as("records acknowledged over all seeds").isGreaterThan(SEEDS * 10);
    }

    /** A record of the model: which epoch wrote it, and its number. */
    private record Written(int epoch, int number) {}

    private record State(int version, int leader, int epoch, List<Integer> isr) {}

    private static final class Node {
        final int id;
        final Partition core;
        final List<Written> log = new ArrayList<>();
        final TreeMap<Integer, Long> epochStarts = new TreeMap<>();
        final List<State> news = new ArrayList<>();
        final List<PartitionEffect.Fetch> fetches = new ArrayList<>();
        long flushed;
        boolean flushing;
        long truncatingTo = -1;

        Node(int id) {
            this.id = id;
            core = new Partition(new TopicPartition("t", 0), id);
        }

        int latestEpoch() {
            return epochStarts.isEmpty() ? -1 : epochStarts.lastKey();
        }

        void beginEpoch(int epoch) {
            if (epoch > latestEpoch()) {
                epochStarts.values().removeIf(start -> start >= log.size());
                epochStarts.put(epoch, (long) log.size());
            }
        }

        EpochEnd endOf(int epoch) {
            if (epoch < 0) return EpochEnd.UNKNOWN;
            if (epoch == latestEpoch()) return new EpochEnd(epoch, log.size());
            var higher = epochStarts.higherEntry(epoch);
            if (higher == null) return EpochEnd.UNKNOWN;
            var floor = epochStarts.floorEntry(epoch);
            return new EpochEnd(floor == null ? epoch : floor.getKey(), higher.getValue());
        }
    }

    private static final class Model {
        private final SeededRandom random;
        private final long flushMessages;
        private final Map<Integer, Node> nodes = new HashMap<>();
        private final List<Runnable> flying = new ArrayList<>();
        private final List<String> trace = new ArrayList<>();

        final Map<Long, Written> acknowledged = new TreeMap<>();
        private State state = new State(0, 1, 0, List.of(1, 2, 3));
        private long trueHighWatermark;
        private long nowMs;
        private int number;
        private boolean isHealing;

        Model(int seed, long flushMessages) {
            random = new SeededRandom(seed);
            this.flushMessages = flushMessages;
            for (int id = 1; id <= 3; id++) nodes.put(id, new Node(id));
        }

        List<String> lastTrace() {
            return trace.subList(Math.max(0, trace.size() - 60), trace.size());
        }

        void run() {
            for (Node node : nodes.values()) {
                step(node, new PartitionEvent.Configured(new PartitionSettings(2, flushMessages, 500)));
                step(node, new PartitionEvent.Opened(0, 0, 0, -1, -1, 0));
                node.news.add(state);
            }
            for (int i = 0; i < STEPS; i++) {
                move();
                check();
            }
            isHealing = true;
            for (int i = 0; i < STEPS; i++) {
                move();
                check();
            }
            Node leader = nodes.get(state.leader);
            assertThat(state.isr).as("in sync in the end").containsExactlyInAnyOrder(1, 2, 3);
            for (Node node : nodes.values()) {
                assertThat(node.log).as("log of %d", node.id).isEqualTo(leader.log);
                assertThat(node.core.highWatermark())
                        .as("high watermark of %d", node.id)
                        .isEqualTo(leader.log.size());
            }
        }

        private void move() {
            nowMs += random.nextInt(20);
            if (!isHealing && random.nextInt(40) == 0) nowMs += 1_500;
            Node node = nodes.get(1 + random.nextInt(3));
            int choice = random.nextInt(100);
            if (choice < 40) deliver();
            else if (choice < 55) news(node);
            else if (choice < 75) fetch(node);
            else if (choice < 85) write(node);
            else if (choice < 95) step(node, new PartitionEvent.Tick(nowMs));
            else if (!isHealing && choice == 95) elect();
            else if (!isHealing && choice == 96) takeOutOfIsr();
        }

        private void deliver() {
            if (!flying.isEmpty()) flying.remove(random.nextInt(flying.size())).run();
        }

        private void news(Node node) {
            if (node.news.isEmpty()) return;
            State next = node.news.removeFirst();
            List<Integer> replicas = List.of(1, 2, 3);
            step(
                    node,
                    next.leader == node.id
                            ? new PartitionEvent.Lead(
                                    nowMs, new Leadership(next.epoch, next.version, replicas, next.isr))
                            : new PartitionEvent.Follow(new Following(next.epoch, next.version, next.leader)));
        }

        private void decide(State next) {
            state = next;
            trace.add("state " + next);
            for (Node node : nodes.values()) node.news.add(next);
        }

        private void elect() {
            int leader = state.isr.get(random.nextInt(state.isr.size()));
            decide(new State(state.version + 1, leader, state.epoch + 1, state.isr));
        }

        private void takeOutOfIsr() {
            List<Integer> isr = new ArrayList<>(state.isr);
            isr.removeIf(id -> id != state.leader && random.nextInt(2) == 0);
            decide(new State(state.version + 1, state.leader, state.epoch, List.copyOf(isr)));
        }

        private void write(Node node) {
            if (isHealing || node.core.checkAppend((short) -1) != Errors.NONE) return;
            long offset = node.log.size();
            node.log.add(new Written(node.core.leaderEpoch(), number));

            step(
                    node,
                    new PartitionEvent.Appended(
                            nowMs,
                            number++,
                            new AppendAnswer.Appended(offset, offset, -1, 0),
                            (short) -1,
                            nowMs + 2_000,
                            node.log.size(),
                            node.flushed,
                            -1));
        }

        /** The last fetch that a follower has said, if it is not on its way already; it may be of the past. */
        private void fetch(Node node) {
            if (node.fetches.isEmpty()) return;
            PartitionEffect.Fetch fetch = node.fetches.removeLast();
            node.fetches.clear();
            flying.add(() -> serve(nodes.get(fetch.leaderId()), node, fetch));
        }

        private void serve(Node leader, Node follower, PartitionEffect.Fetch fetch) {
            boolean isServed = leader.core.checkFollower(follower.id, fetch.leaderEpoch()) == Errors.NONE;
            if (!isServed) {
                if (follower.core.isFetching(fetch.leaderEpoch(), fetch.offset())) follower.fetches.add(fetch);
                return;
            }
            EpochEnd end = leader.endOf(fetch.lastFetchedEpoch());
            boolean parted = fetch.lastFetchedEpoch() >= 0
                    && (end.epoch() < fetch.lastFetchedEpoch() || end.endOffset() < fetch.offset());
            if (parted) {
                assertThat(end.endOffset()).isGreaterThanOrEqualTo(0);
                flying.add(() -> {
                    if (!follower.core.isFetching(fetch.leaderEpoch(), fetch.offset())) return;
                    step(
                            follower,
                            new PartitionEvent.Diverged(
                                    fetch.leaderEpoch(), fetch.offset(), end, follower.endOf(end.epoch())));
                });
                return;
            }
            step(leader, new PartitionEvent.FetchedBy(follower.id, 1, fetch.leaderEpoch(), fetch.offset(), nowMs));
            int to = Math.min(leader.log.size(), (int) fetch.offset() + 1 + random.nextInt(3));
            List<Written> records = List.copyOf(leader.log.subList((int) fetch.offset(), to));
            long highWatermark = leader.core.highWatermark();
            flying.add(() -> copy(follower, fetch, records, highWatermark));
        }

        private void copy(Node node, PartitionEffect.Fetch fetch, List<Written> records, long highWatermark) {
            if (!node.core.isFetching(fetch.leaderEpoch(), fetch.offset())) return;
            for (Written record : records) {
                node.beginEpoch(record.epoch);
                node.log.add(record);
            }
            step(
                    node,
                    new PartitionEvent.Copied(highWatermark, 0, node.log.size(), node.flushed, -1, node.latestEpoch()));
        }

        private void step(Node node, PartitionEvent event) {
            trace.add(node.id + " ◄ " + event);
            List<PartitionEffect> effects = new ArrayList<>();
            node.core.step(event, effects::add);
            for (PartitionEffect effect : effects) {
                trace.add(node.id + " ► " + effect);
                carryOut(node, effect);
            }
        }

        private void carryOut(Node node, PartitionEffect effect) {
            switch (effect) {
                case PartitionEffect.Answer(long token, AppendAnswer.Appended answer) ->
                    acknowledged.put(answer.lastOffset(), node.log.get((int) answer.lastOffset()));
                case PartitionEffect.Answer(long token, AppendAnswer.Refused refused) -> {}
                case PartitionEffect.Flush() -> {
                    assertThat(node.flushing).isFalse();
                    node.flushing = true;
                    long to = node.log.size();
                    flying.add(() -> flushed(node, to));
                }
                case PartitionEffect.BeginEpoch(int epoch) -> node.beginEpoch(epoch);
                case PartitionEffect.Committed(long highWatermark) ->
                    trueHighWatermark = Math.max(trueHighWatermark, highWatermark);
                case PartitionEffect.Fetch fetch -> node.fetches.add(fetch);
                case PartitionEffect.Truncate(long offset) -> {
                    assertThat(offset).as("cut by %d", node.id).isGreaterThanOrEqualTo(node.core.highWatermark());
                    node.truncatingTo = offset;
                    flying.add(() -> truncated(node));
                }
                case PartitionEffect.ProposeIsr proposal -> flying.add(() -> writeIsr(node, proposal));
                case PartitionEffect.DeleteBefore(long offset) -> throw new AssertionError("nobody deletes");
                case PartitionEffect.Wake wake -> {}
            }
        }

        private void flushed(Node node, long to) {
            // a disk does in order what is asked of a directory: the cut waits for the fsync
            node.flushing = false;
            node.flushed = Math.min(to, node.log.size());
            step(node, new PartitionEvent.Flushed(node.flushed));
        }

        private void truncated(Node node) {
            if (node.flushing) {
                flying.add(() -> truncated(node));
                return;
            }
            long to = node.truncatingTo;
            while (node.log.size() > to) node.log.removeLast();
            node.epochStarts.values().removeIf(start -> start >= to);
            node.flushed = Math.min(node.flushed, to);
            step(node, new PartitionEvent.Truncated(nowMs, node.log.size(), node.flushed, -1, node.latestEpoch()));
        }

        private void writeIsr(Node node, PartitionEffect.ProposeIsr proposal) {
            boolean isOwn = state.leader == node.id && state.epoch == proposal.leaderEpoch();
            boolean isWritten = isOwn && state.version == proposal.partitionEpoch();
            if (isWritten && !isHealing && random.nextInt(8) == 0) {
                answer(node, proposal, new IsrAnswer.Refused());
                return;
            }
            if (isWritten) decide(new State(state.version + 1, state.leader, state.epoch, proposal.replicaIds()));
            boolean hadWritten =
                    isOwn && state.version == proposal.partitionEpoch() + 1 && state.isr.equals(proposal.replicaIds());
            if (!isHealing && random.nextInt(4) == 0) answer(node, proposal, new IsrAnswer.Unknown());
            else if (hadWritten) answer(node, proposal, new IsrAnswer.Written(state.version));
            else answer(node, proposal, new IsrAnswer.Superseded());
        }

        private void answer(Node node, PartitionEffect.ProposeIsr proposal, IsrAnswer answer) {
            flying.add(() -> step(
                    node, new PartitionEvent.IsrWritten(proposal.leaderEpoch(), proposal.partitionEpoch(), answer)));
        }

        private void check() {
            for (Node node : nodes.values()) {
                assertThat(node.core.highWatermark())
                        .as("high watermark of %d", node.id)
                        .isLessThanOrEqualTo(node.log.size());
                if (!state.isr.contains(node.id)) continue;
                assertThat((long) node.log.size())
                        .as("in-sync replica %d ends", node.id)
                        .isGreaterThanOrEqualTo(trueHighWatermark);
                acknowledged.forEach((offset, record) -> assertThat(node.log.get(offset.intValue()))
                        .as("acknowledged at %d, on %d", offset, node.id)
                        .isEqualTo(record));
            }
            Node one = nodes.get(1);
            for (int other = 2; other <= 3; other++) {
                int common = (int)
                        Math.min(one.core.highWatermark(), nodes.get(other).core.highWatermark());
                assertThat(one.log.subList(0, common))
                        .isEqualTo(nodes.get(other).log.subList(0, common));
            }
        }
    }
}
