package io.ottla.broker;

import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.NewTopic;
import io.ottla.cluster.TopicNames;
import java.util.Map;
import java.util.Optional;

/** How topics come into being that nobody asked for by CreateTopics: those of coordinators, and those used first. */
public final class ImpliedTopics {
    private ImpliedTopics() {}

    /** One of the broker's own topics, as configured; empty if {@code topic} is none of them. */
    public static Optional<NewTopic> internal(String topic, EffectiveConfigs configs, ClusterImage image) {
        boolean isOurs = topic.equals(TopicNames.CONSUMER_OFFSETS) || topic.equals(TopicNames.TRANSACTION_STATE);
        return isOurs ? Optional.of(newTopic(topic, configs, image)) : Optional.empty();
    }

    /** By name; anything that is not a coordinator's gets the broker's defaults. */
    public static NewTopic newTopic(String topic, EffectiveConfigs configs, ClusterImage image) {
        return switch (topic) {
            case TopicNames.CONSUMER_OFFSETS ->
                new NewTopic(
                        topic,
                        configs.integer("offsets.topic.num.partitions"),
                        replicas("offsets.topic.replication.factor", configs, image),
                        Map.of(),
                        Map.of(
                                "cleanup.policy",
                                "compact",
                                "compression.type",
                                "producer",
                                "segment.bytes",
                                segmentBytes("offsets.topic.segment.bytes", configs)),
                        Optional.empty());
            case TopicNames.TRANSACTION_STATE ->
                new NewTopic(
                        topic,
                        configs.integer("transaction.state.log.num.partitions"),
                        replicas("transaction.state.log.replication.factor", configs, image),
                        Map.of(),
                        Map.of(
                                "cleanup.policy",
                                "compact",
                                "compression.type",
                                "uncompressed",
                                "min.insync.replicas",
                                Integer.toString(replicas("transaction.state.log.min.isr", configs, image)),
                                "segment.bytes",
                                segmentBytes("transaction.state.log.segment.bytes", configs),
                                "unclean.leader.election.enable",
                                "false"),
                        Optional.empty());
            default -> NewTopic.of(topic, NewTopic.DEFAULT, NewTopic.DEFAULT);
        };
    }

    /** What was configured stands; the default makes do with the brokers that there are, so that one node works as it is. */
    private static int replicas(String key, EffectiveConfigs configs, ClusterImage image) {
        int wanted = configs.integer(key);
        if (configs.configured().isSet(key)) return wanted;
        return Math.max(1, Math.min(wanted, image.brokers().size()));
    }

    /** Kafka lets its own topics have smaller segments than it lets others; ours has the same floor for all. */
    private static String segmentBytes(String key, EffectiveConfigs configs) {
        return Integer.toString(Math.max(1 << 20, configs.integer(key)));
    }
}
