package io.ottla.cluster;

import static io.ottla.base.Invariant.invariant;

import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;

/**
 * Who leads a partition, and who is in its ISR when brokers come and go. Pure; facts from KIP-101, KIP-106 (unclean
 * election), KIP-704 (recovery state) and Kafka's {@code PartitionChangeBuilder}.
 *
 * <p>What holds: a leader is alive, a replica, and in the ISR; unless unclean election is allowed, it was in the ISR
 * before, so that it has everything that was ever acknowledged; the ISR is never empty; the epoch rises with each
 * change of leader and never falls.
 */
final class LeaderChoice {
    private LeaderChoice() {}

    /**
     * The first state of a partition; empty if none of its replicas is alive.
     *
     * @param lastEpoch that its directory already has; −1 if none
     */
    static Optional<PartitionState> first(
            List<Integer> replicas, IntPredicate isAlive, int controllerEpoch, int lastEpoch) {
        List<Integer> isr = replicas.stream().filter(isAlive::test).toList();
        return isr.isEmpty()
                ? Optional.empty()
                : Optional.of(new PartitionState(isr.getFirst(), lastEpoch + 1, controllerEpoch, isr, false));
    }

    /**
     * What is to change when brokers came or went; empty if nothing is.
     *
     * @param uncleanAllowed whether a replica outside the ISR may lead when none of the ISR is alive: what only the ISR
     *     had is lost then
     */
    static Optional<PartitionState> elect(
            PartitionState now,
            List<Integer> replicas,
            IntPredicate isAlive,
            BooleanSupplier uncleanAllowed,
            int controllerEpoch) {
        if (isInOrder(now, replicas, isAlive)) return Optional.empty();
        // in the order of the replicas, so that the preferred leader comes first
        List<Integer> isr = replicas.stream()
                .filter(replica -> isAlive.test(replica) && now.isr().contains(replica))
                .toList();
        if (now.hasLeader() && isr.contains(now.leader()))
            return Optional.of(
                    new PartitionState(now.leader(), now.leaderEpoch(), controllerEpoch, isr, now.isRecovering()));
        if (!isr.isEmpty())
            return Optional.of(new PartitionState(
                    isr.getFirst(), now.leaderEpoch() + 1, controllerEpoch, isr, now.isRecovering()));
        Optional<Integer> anyAlive = replicas.stream().filter(isAlive::test).findFirst();
        if (anyAlive.isPresent() && uncleanAllowed.getAsBoolean())
            return Optional.of(new PartitionState(
                    anyAlive.get(), now.leaderEpoch() + 1, controllerEpoch, List.of(anyAlive.get()), true));
        if (!now.hasLeader()) return Optional.empty();
        // the last ISR is kept: only they may lead again
        return Optional.of(new PartitionState(
                PartitionState.NO_LEADER, now.leaderEpoch() + 1, controllerEpoch, now.isr(), now.isRecovering()));
    }

    /** It is led, and all of its ISR are replicas and alive. Asked for each partition of the cluster when a broker comes or goes. */
    private static boolean isInOrder(PartitionState now, List<Integer> replicas, IntPredicate isAlive) {
        if (!now.hasLeader() || !now.isr().contains(now.leader())) return false;
        for (int i = 0; i < now.isr().size(); i++) {
            int member = now.isr().get(i);
            if (!isAlive.test(member) || !replicas.contains(member)) return false;
        }
        return true;
    }

    /** The preferred leader takes over, if it is alive and in sync and not leading already. */
    static Optional<PartitionState> prefer(
            PartitionState now, List<Integer> replicas, IntPredicate isAlive, int controllerEpoch) {
        int preferred = replicas.getFirst();
        if (now.leader() == preferred || !isAlive.test(preferred) || !now.isr().contains(preferred))
            return Optional.empty();
        return Optional.of(
                new PartitionState(preferred, now.leaderEpoch() + 1, controllerEpoch, now.isr(), now.isRecovering()));
    }

    /**
     * The same leader in a new epoch, after it came back without having stopped cleanly: what it had not yet written to
     * the disk may be gone, and a reader that saw it must notice (KIP-320).
     */
    static PartitionState again(PartitionState now, int controllerEpoch) {
        invariant(now.hasLeader(), "only a leader can lead again");
        return new PartitionState(now.leader(), now.leaderEpoch() + 1, controllerEpoch, now.isr(), now.isRecovering());
    }
}
