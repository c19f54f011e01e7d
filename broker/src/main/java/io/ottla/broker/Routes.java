package io.ottla.broker;

import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.cluster.BrokerImage;
import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.TopicImage;
import io.ottla.partition.Replica;
import io.ottla.partition.Replicas;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.Errors;

/** Finds the partitions that requests name, by the topic's name or by its id. */
public final class Routes {
    private final Supplier<ClusterImage> image;
    private final Replicas replicas;

    /**
     * @param image the newest; what {@code replicas} was told of it last
     * @param replicas of this node
     */
    public Routes(Supplier<ClusterImage> image, Replicas replicas) {
        this.image = image;
        this.replicas = replicas;
    }

    Route find(String topic, int partition) {
        Optional<Replica> here = replicas.get(new TopicPartition(topic, partition));
        if (here.isPresent()) return new Route.Here(here.get());
        return elsewhere(image.get().topic(topic), partition, Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    Route find(TopicId id, int partition) {
        Optional<TopicImage> topic = image.get().topic(id);
        if (topic.isPresent()) {
            Optional<Replica> here = replicas.get(new TopicPartition(topic.get().name(), partition));
            if (here.isPresent()) return new Route.Here(here.get());
        }
        return elsewhere(topic, partition, Errors.UNKNOWN_TOPIC_ID);
    }

    private static Route elsewhere(Optional<TopicImage> topic, int partition, Errors noTopic) {
        if (topic.isEmpty()) return new Route.Unknown(noTopic);
        return topic.get()
                .partition(partition)
                .<Route>map(found -> new Route.Elsewhere(found.leader(), found.leaderEpoch()))
                .orElseGet(() -> new Route.Unknown(Errors.UNKNOWN_TOPIC_OR_PARTITION));
    }

    /** The name of the topic with that id; empty if there is none. */
    String name(TopicId id) {
        return image.get().namesById().get(id).orElse("");
    }

    /** Who leads the partition as far as is known, for clients that look for it. */
    Route.Elsewhere leader(TopicPartition partition) {
        return image.get()
                .partition(partition)
                .map(found -> new Route.Elsewhere(found.leader(), found.leaderEpoch()))
                .orElseGet(() -> new Route.Elsewhere(-1, -1));
    }

    /** Where a broker can be reached through a listener; empty if it is not alive or has no such listener. */
    Optional<BrokerImage.Endpoint> endpoint(int broker, String listener) {
        return image.get().brokers().get(broker).flatMap(found -> found.endpoint(listener));
    }

    Optional<String> rack(int broker) {
        return image.get().brokers().get(broker).flatMap(BrokerImage::rack);
    }
}
