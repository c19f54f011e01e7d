package io.ottla.cluster;

import io.ottla.base.TopicPartition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Decides about elections that somebody asks for (ElectLeaders, KIP-460). */
final class LeaderElections {
    private LeaderElections() {}

    /**
     * The subjects are the partitions, {@code topic-partition}; the answer is the new leader.
     *
     * @param partitions empty for all; then those that need no election are left out
     * @param isUnclean whether a replica outside the ISR may lead where none of the ISR is alive
     */
    static Plan<Integer> plan(
            ClusterImage image, int controllerEpoch, Optional<List<TopicPartition>> partitions, boolean isUnclean) {
        return plan(image, controllerEpoch, partitions.orElseGet(() -> all(image)), partitions.isPresent(), isUnclean);
    }

    /** @param areNamed whether those that need no election are told so, or left out */
    static Plan<Integer> plan(
            ClusterImage image,
            int controllerEpoch,
            List<TopicPartition> partitions,
            boolean areNamed,
            boolean isUnclean) {
        Plan.Draft<Integer> draft = new Plan.Draft<>();
        for (TopicPartition wanted : partitions) {
            Optional<PartitionImage> partition = image.partition(wanted);
            String subject = wanted.toString();
            if (draft.hasAnswer(subject)) continue; // named twice
            if (partition.isEmpty()) {
                draft.refuse(
                        subject,
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                        image.topic(wanted.topic()).isEmpty()
                                ? "No such topic as " + wanted.topic()
                                : "No such partition as " + subject);
                continue;
            }
            Answer<PartitionState> choice = choose(image, partition.get(), isUnclean, controllerEpoch);
            switch (choice) {
                case Answer.Ok<PartitionState>(PartitionState state) -> {
                    draft.answer(subject, Answer.ok(state.leader()));
                    draft.state(subject, wanted, state, partition.get().stateVersion());
                }
                case Answer.Refused<PartitionState> refused -> {
                    boolean isNeeded = refused.error() != ErrorCode.ELECTION_NOT_NEEDED;
                    if (isNeeded || areNamed) draft.answer(subject, refused.as());
                }
            }
        }
        return draft.plan();
    }

    private static Answer<PartitionState> choose(
            ClusterImage image, PartitionImage partition, boolean isUnclean, int controllerEpoch) {
        PartitionState now = partition.state();
        boolean isLed = now.hasLeader() && image.isAlive(now.leader());
        if (isUnclean) {
            if (isLed)
                return Answer.refused(ErrorCode.ELECTION_NOT_NEEDED, "Leader election not needed for topic partition.");
            Optional<PartitionState> elected =
                    LeaderChoice.elect(now, partition.replicas(), image::isAlive, () -> true, controllerEpoch);
            return elected.filter(PartitionState::hasLeader)
                    .map(Answer::ok)
                    .orElseGet(() -> Answer.refused(
                            ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE,
                            "Eligible topic partition leaders are not available."));
        }
        if (now.leader() == partition.replicas().getFirst())
            return Answer.refused(ErrorCode.ELECTION_NOT_NEEDED, "Leader election not needed for topic partition.");
        return LeaderChoice.prefer(now, partition.replicas(), image::isAlive, controllerEpoch)
                .map(Answer::ok)
                .orElseGet(() -> Answer.refused(
                        ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE, "The preferred leader was not available."));
    }

    private static List<TopicPartition> all(ClusterImage image) {
        List<TopicPartition> all = new ArrayList<>();
        image.topics().forEach((name, topic) -> {
            for (PartitionImage partition : topic.partitions()) {
                if (partition.stateVersion() >= 0) all.add(new TopicPartition(name, partition.partition()));
            }
        });
        return all;
    }
}
