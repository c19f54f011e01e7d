package io.ottla.cluster;

import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the controller is asked for, or asks of itself: from an image it becomes a plan. Pure.
 *
 * @param <T> what each subject gets in the end
 */
sealed interface Command<T> {

    /** What there is an answer to, if it is refused before anything was decided. */
    Stream<String> subjects(ClusterImage image);

    /** @param controllerEpoch 0 on a broker that is not controller: the answers count then, the steps do not */
    Plan<T> decide(ClusterImage image, int controllerEpoch, ControllerSettings settings, SeededRandom random);

    /** The same for one partition, whose state another wrote after the plan was made. */
    default Plan<T> again(
            ClusterImage image, int controllerEpoch, ControllerSettings settings, TopicPartition partition) {
        throw new IllegalStateException(this + " changes no states of partitions");
    }

    private static <T> Plan<T> only(boolean validate, Plan<T> plan) {
        return validate ? new Plan<>(List.of(), plan.answers()) : plan;
    }

    record CreateTopics(List<NewTopic> topics, boolean validateOnly) implements Command<CreatedTopic> {
        @Override
        public Stream<String> subjects(ClusterImage image) {
            return topics.stream().map(NewTopic::name);
        }

        @Override
        public Plan<CreatedTopic> decide(
                ClusterImage image, int controllerEpoch, ControllerSettings settings, SeededRandom random) {
            return only(validateOnly, new TopicCreation(image, controllerEpoch, settings).create(topics, random));
        }
    }

    record DeleteTopics(List<String> topics) implements Command<TopicId> {
        @Override
        public Stream<String> subjects(ClusterImage image) {
            return topics.stream();
        }

        @Override
        public Plan<TopicId> decide(
                ClusterImage image, int controllerEpoch, ControllerSettings settings, SeededRandom random) {
            return TopicDeletion.plan(image, topics, settings.isTopicDeletionEnabled());
        }
    }

    record CreatePartitions(List<NewPartitions> growths, boolean validateOnly) implements Command<Integer> {
        @Override
        public Stream<String> subjects(ClusterImage image) {
            return growths.stream().map(NewPartitions::topic);
        }

        @Override
        public Plan<Integer> decide(
                ClusterImage image, int controllerEpoch, ControllerSettings settings, SeededRandom random) {
            return only(validateOnly, new TopicCreation(image, controllerEpoch, settings).grow(growths));
        }
    }

    record AlterConfigs(List<ConfigEdit> edits, boolean validateOnly) implements Command<Map<String, String>> {
        @Override
        public Stream<String> subjects(ClusterImage image) {
            return edits.stream().map(edit -> edit.entity().toString());
        }

        @Override
        public Plan<Map<String, String>> decide(
                ClusterImage image, int controllerEpoch, ControllerSettings settings, SeededRandom random) {
            return only(validateOnly, ConfigChange.plan(image, edits));
        }
    }

    /** @param partitions empty for all */
    record ElectLeaders(Optional<List<TopicPartition>> partitions, boolean isUnclean) implements Command<Integer> {
        /** Of all partitions: those that would get another leader, which only a plan knows. */
        @Override
        public Stream<String> subjects(ClusterImage image) {
            if (partitions.isPresent()) return partitions.get().stream().map(TopicPartition::toString);
            return LeaderElections.plan(image, 0, partitions, isUnclean).answers().keySet().stream();
        }

        @Override
        public Plan<Integer> decide(
                ClusterImage image, int controllerEpoch, ControllerSettings settings, SeededRandom random) {
            return LeaderElections.plan(image, controllerEpoch, partitions, isUnclean);
        }

        @Override
        public Plan<Integer> again(
                ClusterImage image, int controllerEpoch, ControllerSettings settings, TopicPartition partition) {
            return LeaderElections.plan(image, controllerEpoch, List.of(partition), partitions.isPresent(), isUnclean);
        }
    }

    /** @param due taken when the plan is made: what comes until then is in it */
    record KeepHouse(Housekeeping.Due due) implements Command<Void> {
        /** It is never refused. */
        @Override
        public Stream<String> subjects(ClusterImage image) {
            return Stream.empty();
        }

        @Override
        public Plan<Void> decide(
                ClusterImage image, int controllerEpoch, ControllerSettings settings, SeededRandom random) {
            return new Housekeeping(image, controllerEpoch, settings).plan(due, random);
        }

        @Override
        public Plan<Void> again(
                ClusterImage image, int controllerEpoch, ControllerSettings settings, TopicPartition partition) {
            return new Housekeeping(image, controllerEpoch, settings).again(partition);
        }
    }
}
