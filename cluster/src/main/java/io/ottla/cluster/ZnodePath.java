package io.ottla.cluster;

import java.util.List;

/**
 * Where Kafka 3.9 keeps what (facts from its {@code kafka/zk/ZkData.scala}), as paths and back. A chroot, if there is
 * one, is the business of {@link Coordination}.
 *
 * <pre>
 * /controller                                  ephemeral, {@link ControllerZnode}
 * /controller_epoch                            decimal text; its version fences the controller's writes
 * /cluster/id                                  {@link ClusterIdZnode}
 * /brokers/ids/ID                              ephemeral, {@link BrokerImage}; its czxid is the broker epoch
 * /brokers/topics/TOPIC                        {@link TopicZnode}
 * /brokers/topics/TOPIC/partitions/P/state     {@link PartitionState}
 * /config/TYPE/NAME                            {@link ConfigZnode}
 * /config/users/USER/clients/CLIENT            {@link ConfigZnode}
 * /config/changes/config_change_NNNNNNNNNN     {@link ConfigZnode#notification}
 * /admin/delete_topics/TOPIC                   empty: the topic is to go
 * /latest_producer_id_block                    {@link ProducerIdBlock}
 * /ottla/brokers/ID                            {@link io.ottla.cluster.Registration}; ours, Kafka does not know it
 * </pre>
 */
sealed interface ZnodePath {

    String CONTROLLER = "/controller";
    String CONTROLLER_EPOCH = "/controller_epoch";
    String CLUSTER_ID = "/cluster/id";
    String BROKER_IDS = "/brokers/ids";
    String TOPICS = "/brokers/topics";
    String CONFIG = "/config";
    String CONFIG_CHANGES = "/config/changes";
    String CONFIG_CHANGE_PREFIX = "/config/changes/config_change_";
    String DELETE_TOPICS = "/admin/delete_topics";
    String REGISTRATIONS = "/ottla/brokers";
    String PRODUCER_ID_BLOCK = "/latest_producer_id_block";

    /** What an image is made from. None of them need exist when one begins to follow it. What a broker says of itself comes before the broker. */
    List<String> ROOTS = List.of(
            "/cluster",
            REGISTRATIONS,
            "/brokers",
            CONFIG,
            DELETE_TOPICS,
            CONTROLLER_EPOCH,
            CONTROLLER,
            PRODUCER_ID_BLOCK);

    /** What Kafka makes sure exists when it starts, parents first; and what we do. */
    List<String> PERSISTENT = List.of(
            "/consumers",
            "/brokers",
            BROKER_IDS,
            TOPICS,
            "/brokers/seqid",
            CONFIG,
            CONFIG_CHANGES,
            "/config/topics",
            "/config/clients",
            "/config/users",
            "/config/brokers",
            "/config/ips",
            "/config/groups",
            "/config/client-metrics",
            "/admin",
            DELETE_TOPICS,
            "/isr_change_notification",
            "/log_dir_event_notification",
            PRODUCER_ID_BLOCK,
            "/cluster",
            "/ottla",
            REGISTRATIONS);

    record Controller() implements ZnodePath {}

    record ControllerEpoch() implements ZnodePath {}

    record ClusterId() implements ZnodePath {}

    record ProducerIds() implements ZnodePath {}

    record Broker(int id) implements ZnodePath {}

    /** {@code /ottla/brokers/ID} */
    record Registration(int id) implements ZnodePath {}

    record Topic(String topic) implements ZnodePath {}

    /** {@code /brokers/topics/TOPIC/partitions} */
    record Partitions(String topic) implements ZnodePath {}

    /** {@code /brokers/topics/TOPIC/partitions/P} */
    record Partition(String topic, int partition) implements ZnodePath {}

    record State(String topic, int partition) implements ZnodePath {}

    record Config(ConfigEntity entity) implements ZnodePath {}

    record ConfigChange(String name) implements ZnodePath {}

    record Deletion(String topic) implements ZnodePath {}

    /** Nothing of ours, or only a parent of what is. */
    record Other() implements ZnodePath {}

    /** @throws MalformedZnodeException if it stands where only names of another form belong */
    static ZnodePath of(String path) throws MalformedZnodeException {
        return of(path, "");
    }

    /** @param likely the name of the topic that it may be below: then this very string is in what is returned, for speed */
    static ZnodePath of(String path, String likely) throws MalformedZnodeException {
        // nearly all are of partitions
        if (path.startsWith(TOPICS + "/")) return inTopics(path, likely);
        switch (path) {
            case CONTROLLER:
                return new Controller();
            case CONTROLLER_EPOCH:
                return new ControllerEpoch();
            case CLUSTER_ID:
                return new ClusterId();
            case PRODUCER_ID_BLOCK:
                return new ProducerIds();
            default:
        }
        if (path.startsWith(BROKER_IDS + "/")) return new Broker(number(path, BROKER_IDS.length() + 1, path.length()));
        if (path.startsWith(REGISTRATIONS + "/"))
            return new Registration(number(path, REGISTRATIONS.length() + 1, path.length()));
        if (path.startsWith(DELETE_TOPICS + "/")) return new Deletion(path.substring(DELETE_TOPICS.length() + 1));
        if (path.startsWith(CONFIG_CHANGES + "/")) return new ConfigChange(path.substring(CONFIG_CHANGES.length() + 1));
        if (path.startsWith(CONFIG + "/")) {
            var entity = ConfigEntity.ofPath(path);
            if (entity.isPresent()) return new Config(entity.get());
        }
        return new Other();
    }

    /** A start reads two such paths for each partition of the cluster, so nothing is cut out of them but the topic, once. */
    private static ZnodePath inTopics(String path, String likely) throws MalformedZnodeException {
        int from = TOPICS.length() + 1;
        int slash = path.indexOf('/', from);
        if (slash < 0) return new Topic(path.substring(from));
        boolean isLikely = slash - from == likely.length() && path.startsWith(likely, from);
        String topic = isLikely ? likely : path.substring(from, slash);
        if (!path.startsWith("/partitions", slash)) return new Other();
        int at = slash + "/partitions".length();
        if (at == path.length()) return new Partitions(topic);
        if (path.charAt(at) != '/') return new Other();
        int end = path.indexOf('/', at + 1);
        if (end < 0) return new Partition(topic, number(path, at + 1, path.length()));
        return path.startsWith("/state", end) && end + "/state".length() == path.length()
                ? new State(topic, number(path, at + 1, end))
                : new Other();
    }

    /** That part of the path. */
    private static int number(String path, int from, int to) throws MalformedZnodeException {
        int number;
        try {
            number = Integer.parseInt(path, from, to, 10);
        } catch (NumberFormatException e) {
            throw new MalformedZnodeException(path, "'" + path.substring(from, to) + "' in its path is not a number");
        }
        if (number >= 0) return number;
        throw new MalformedZnodeException(path, "'" + path.substring(from, to) + "' in its path is below 0");
    }

    static String topic(String topic) {
        return TOPICS + "/" + topic;
    }

    static String partitions(String topic) {
        return topic(topic) + "/partitions";
    }

    static String partition(String topic, int partition) {
        return topic(topic) + "/partitions/" + partition;
    }

    static String state(String topic, int partition) {
        return partition(topic, partition) + "/state";
    }

    static String broker(int id) {
        return BROKER_IDS + "/" + id;
    }

    static String registration(int broker) {
        return REGISTRATIONS + "/" + broker;
    }

    static String deletion(String topic) {
        return DELETE_TOPICS + "/" + topic;
    }
}
