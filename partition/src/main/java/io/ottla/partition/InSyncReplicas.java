package io.ottla.partition;

import io.ottla.base.Core;
import java.util.ArrayList;
import java.util.List;

/**
 * The in-sync replicas as their leader knows them. While a change is on its way to the cluster's state, nobody can say
 * which of the two holds, so whoever is in either counts: a new member at once, one that goes until it is written that
 * it has gone (maximal ISR, KIP-497).
 */
sealed interface InSyncReplicas {

    /** As the cluster's state says. */
    List<Integer> committed();

    /** Those that must have a record before it is committed. */
    List<Integer> maximal();

    record Settled(List<Integer> committed) implements InSyncReplicas {
        @Override
        public List<Integer> maximal() {
            return committed;
        }

        Proposed propose(PartitionEffect.ProposeIsr proposal) {
            return new Proposed(committed, proposal, union(committed, proposal.replicaIds()), Core.NO_DEADLINE);
        }

        private static List<Integer> union(List<Integer> one, List<Integer> other) {
            List<Integer> union = new ArrayList<>(one);
            for (Integer replica : other) if (!union.contains(replica)) union.add(replica);
            return List.copyOf(union);
        }
    }

    /** @param retryAtMs when it is proposed again, since nobody knows what became of it; never while it is on its way */
    record Proposed(List<Integer> committed, PartitionEffect.ProposeIsr proposal, List<Integer> maximal, long retryAtMs)
            implements InSyncReplicas {

        /** Whether the answer to a proposal is for this one. */
        boolean isOf(int leaderEpoch, int partitionEpoch) {
            return proposal.leaderEpoch() == leaderEpoch && proposal.partitionEpoch() == partitionEpoch;
        }

        Settled refused() {
            return new Settled(committed);
        }

        Proposed unknown(long retryAtMs) {
            return new Proposed(committed, proposal, maximal, retryAtMs);
        }

        Proposed proposedAgain() {
            return new Proposed(committed, proposal, maximal, Core.NO_DEADLINE);
        }
    }
}
