package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

/** Every case of three replicas: who leads, who is in sync, who is alive, and whether data may be lost. */
class LeaderChoiceTest {
    private static final int EPOCH = 7;
    private static final int CONTROLLER_EPOCH = 3;

    private interface Case {
        void check(PartitionState now, List<Integer> replicas, IntPredicate isAlive, boolean unclean);
    }

    private static void forAll(Case one) {
        for (List<Integer> replicas : List.of(List.of(1, 2, 3), List.of(3, 1, 2), List.of(2), List.of(2, 3))) {
            for (int isrBits = 1; isrBits < 8; isrBits++) {
                List<Integer> isr = subset(replicas, isrBits);
                if (isr.isEmpty()) continue;
                List<Integer> leaders = new ArrayList<>(isr);
                leaders.add(PartitionState.NO_LEADER);
                for (int leader : leaders) {
                    for (int alive = 0; alive < 8; alive++) {
                        int bits = alive;
                        IntPredicate isAlive = broker -> (bits >> (broker - 1) & 1) == 1;
                        PartitionState now = new PartitionState(leader, EPOCH, 2, isr, false);
                        one.check(now, replicas, isAlive, false);
                        one.check(now, replicas, isAlive, true);
                    }
                }
            }
        }
    }

    private static List<Integer> subset(List<Integer> replicas, int bits) {
        return replicas.stream()
                .filter(replica -> (bits >> (replica - 1) & 1) == 1)
                .toList();
    }

    @Test
    void aLeaderIsAliveAReplicaAndInSync() {
        forAll((now, replicas, isAlive, unclean) -> {
            PartitionState next = next(now, replicas, isAlive, unclean);
            assertThat(next.isr()).isNotEmpty().isSubsetOf(replicas).doesNotHaveDuplicates();
            if (next.hasLeader()) {
                assertThat(isAlive.test(next.leader())).isTrue();
                assertThat(next.isr()).contains(next.leader()).allMatch(isAlive::test);
            }
        });
    }

    @Test
    void withoutUncleanElectionNobodyLeadsWhoWasNotInSync() {
        forAll((now, replicas, isAlive, unclean) -> {
            PartitionState next = next(now, replicas, isAlive, false);
            assertThat(now.isr()).containsAll(next.isr());
            if (next.hasLeader()) assertThat(now.isr()).contains(next.leader());
            assertThat(next.isRecovering()).isFalse();
        });
    }

    @Test
    void aSuccessorInSyncIsFoundIfOneIsAlive() {
        forAll((now, replicas, isAlive, unclean) -> {
            boolean anyInSync = now.isr().stream().anyMatch(isAlive::test);
            boolean anyAlive = replicas.stream().anyMatch(isAlive::test);
            assertThat(next(now, replicas, isAlive, unclean).hasLeader()).isEqualTo(anyInSync || (unclean && anyAlive));
        });
    }

    @Test
    void uncleanElectionIsTheLastResortAndIsMarked() {
        forAll((now, replicas, isAlive, unclean) -> {
            boolean anyInSync = now.isr().stream().anyMatch(isAlive::test);
            PartitionState next = next(now, replicas, isAlive, true);
            assertThat(next.isRecovering()).isEqualTo(!anyInSync && next.hasLeader());
            if (next.isRecovering()) assertThat(next.isr()).containsExactly(next.leader());
        });
    }

    @Test
    void theEpochRisesExactlyWithTheLeader() {
        forAll((now, replicas, isAlive, unclean) -> {
            PartitionState next = next(now, replicas, isAlive, unclean);
            assertThat(next.leaderEpoch()).isEqualTo(now.leader() == next.leader() ? EPOCH : EPOCH + 1);
        });
    }

    @Test
    void aLeaderThatLivesStays() {
        forAll((now, replicas, isAlive, unclean) -> {
            if (now.hasLeader() && isAlive.test(now.leader()))
                assertThat(next(now, replicas, isAlive, unclean).leader()).isEqualTo(now.leader());
        });
    }

    @Test
    void whatIsInOrderIsLeftAlone() {
        forAll((now, replicas, isAlive, unclean) -> {
            PartitionState next = next(now, replicas, isAlive, unclean);
            assertThat(LeaderChoice.elect(next, replicas, isAlive, () -> unclean, CONTROLLER_EPOCH))
                    .isEmpty();
        });
    }

    @Test
    void thePreferredLeaderTakesOverOnlyIfAliveAndInSync() {
        forAll((now, replicas, isAlive, unclean) -> {
            int preferred = replicas.getFirst();
            Optional<PartitionState> next = LeaderChoice.prefer(now, replicas, isAlive, CONTROLLER_EPOCH);
            assertThat(next.isPresent())
                    .isEqualTo(now.leader() != preferred
                            && isAlive.test(preferred)
                            && now.isr().contains(preferred));
            next.ifPresent(state -> assertThat(state)
                    .isEqualTo(new PartitionState(preferred, EPOCH + 1, CONTROLLER_EPOCH, now.isr(), false)));
        });
    }

    @Test
    void aNewPartitionIsLedByItsFirstLivingReplica() {
        IntPredicate oneIsDown = broker -> broker != 1;
        assertThat(LeaderChoice.first(List.of(1, 2, 3), oneIsDown, 4, -1))
                .contains(new PartitionState(2, 0, 4, List.of(2, 3), false));
        assertThat(LeaderChoice.first(List.of(1), oneIsDown, 4, -1)).isEmpty();
        // a directory that was copied in has epochs
        assertThat(LeaderChoice.first(List.of(2), oneIsDown, 4, 6))
                .contains(new PartitionState(2, 7, 4, List.of(2), false));
    }

    @Test
    void whoComesBackUncleanlyLeadsInANewEpoch() {
        assertThat(LeaderChoice.again(new PartitionState(1, 5, 2, List.of(1), false), 3))
                .isEqualTo(new PartitionState(1, 6, 3, List.of(1), false));
    }

    private static PartitionState next(
            PartitionState now, List<Integer> replicas, IntPredicate isAlive, boolean unclean) {
        return LeaderChoice.elect(now, replicas, isAlive, () -> unclean, CONTROLLER_EPOCH)
                .orElse(now);
    }
}
