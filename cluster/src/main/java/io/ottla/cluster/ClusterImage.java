package io.ottla.cluster;

import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The cluster as the znodes had it at one moment. Never changes; the next one shares nearly all of it.
 *
 * @param zxid of the last change in it
 * @param clusterId empty only in a cluster that is just being made
 * @param controllerId the broker that is controller, or {@link #NO_CONTROLLER}
 * @param controllerEpoch of the last controller
 * @param brokers those alive, by id
 * @param registrations what brokers said of themselves when they registered last, by id; of brokers that are gone, too
 * @param topics by name; those that are being deleted are not among them
 * @param namesById the names of {@code topics}
 * @param doomed topics that are being deleted: marked in {@code /admin/delete_topics}, by name. One without
 *     {@link TopicImage#version} has only the mark
 * @param configs dynamic configurations, by entity
 * @param configChanges the names of the notifications in {@code /config/changes}, in order, with the zxid of each
 * @param producerIds the last block of producer ids that was taken
 * @param damaged znodes that could not be read, with the reason; the image has what they held before, if it had seen it
 */
public record ClusterImage(
        long zxid,
        Optional<String> clusterId,
        int controllerId,
        ControllerEpoch controllerEpoch,
        PersistentMap<Integer, BrokerImage> brokers,
        PersistentMap<Integer, Registration> registrations,
        PersistentMap<String, TopicImage> topics,
        PersistentMap<TopicId, String> namesById,
        PersistentMap<String, TopicImage> doomed,
        PersistentMap<ConfigEntity, ConfigImage> configs,
        PersistentMap<String, Long> configChanges,
        Optional<ProducerIds> producerIds,
        PersistentMap<String, String> damaged) {

    public static final int NO_CONTROLLER = -1;

    /** @param version of {@code /controller_epoch}: the token that fences controllers; {@code -1} if it does not exist */
    public record ControllerEpoch(int epoch, int version) {}

    /** @param version of {@code /latest_producer_id_block}; the block is empty if none was ever taken */
    public record ProducerIds(Optional<ProducerIdBlock> block, int version) {}

    private static final Comparator<TopicId> BY_ID =
            Comparator.comparingLong(TopicId::mostSignificantBits).thenComparingLong(TopicId::leastSignificantBits);

    /** Nothing there. */
    public static final ClusterImage EMPTY = new ClusterImage(
            0,
            Optional.empty(),
            NO_CONTROLLER,
            new ControllerEpoch(0, -1),
            PersistentMap.empty(),
            PersistentMap.empty(),
            PersistentMap.empty(),
            PersistentMap.empty(BY_ID),
            PersistentMap.empty(),
            PersistentMap.empty(),
            PersistentMap.empty(),
            Optional.empty(),
            PersistentMap.empty());

    public Optional<TopicImage> topic(String name) {
        return topics.get(name);
    }

    public Optional<TopicImage> topic(TopicId id) {
        return namesById.get(id).flatMap(topics::get);
    }

    public Optional<PartitionImage> partition(TopicPartition partition) {
        return topics.get(partition.topic()).flatMap(topic -> topic.partition(partition.partition()));
    }

    /** What was set for it; empty if nothing was. */
    public Map<String, String> config(ConfigEntity entity) {
        return configs.getOrDefault(entity, ConfigImage.NONE).values();
    }

    public boolean isAlive(int broker) {
        return brokers.containsKey(broker);
    }

    /** What a living broker says of itself; empty if it is gone, or a Kafka broker. */
    public Optional<Registration> registration(int broker) {
        Optional<BrokerImage> alive = brokers.get(broker);
        return registrations
                .get(broker)
                .filter(said ->
                        alive.isPresent() && said.timestampMs() == alive.get().timestampMs());
    }

    /** It is back, may have lost what was read from it, and what it leads is not in new leader epochs yet. */
    boolean leadsAgain(int broker) {
        return registration(broker).filter(said -> !said.isClean()).isPresent();
    }

    /** The last leader epoch that one of these brokers found in a directory of the partition, which waits to be created; −1 if there is none. */
    int lastEpochFound(TopicPartition partition, List<Integer> replicas) {
        int last = Registration.EpochsFound.NONE_FOUND;
        for (int replica : replicas) {
            Optional<Registration> said = registrations.get(replica);
            if (said.isPresent()) last = Math.max(last, said.get().epochsFound().of(partition));
        }
        return last;
    }
}
