package io.ottla.cluster;

import io.ottla.base.TopicId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The data of {@code /brokers/topics/TOPIC}, version 3:
 * <code>{"version":3,"topic_id":"…","partitions":{"0":[1,2]},"adding_replicas":{},"removing_replicas":{}}</code>.
 * Version 1 has no more than the partitions, version 2 no topic id; both are read.
 *
 * @param id empty if the topic was made by a Kafka before 2.8 and no controller has given it one yet
 * @param partitions partition to replicas, the preferred leader first
 * @param adding partition to those of its replicas that a reassignment adds
 * @param removing partition to those of its replicas that a reassignment removes
 */
record TopicZnode(
        Optional<TopicId> id,
        Map<Integer, List<Integer>> partitions,
        Map<Integer, List<Integer>> adding,
        Map<Integer, List<Integer>> removing) {

    byte[] encode() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", id.isPresent() ? 3 : 2);
        id.ifPresent(known -> fields.put("topic_id", known.toString()));
        fields.put("partitions", byText(partitions));
        fields.put("adding_replicas", byText(adding));
        fields.put("removing_replicas", byText(removing));
        return ZnodeJson.encode(fields);
    }

    static TopicZnode decode(String path, byte[] data) throws MalformedZnodeException {
        ZnodeJson json = ZnodeJson.parse(path, data);
        int version = json.intAt("version");
        if (version < 1 || version > 3) throw json.wrong("version", "1, 2 or 3");
        Map<Integer, List<Integer>> partitions = json.assignmentAt("partitions");
        for (int partition = 0; partition < partitions.size(); partition++) {
            if (!partitions.containsKey(partition))
                throw new MalformedZnodeException(
                        path, "of " + partitions.size() + " partitions number " + partition + " is missing");
            checkReplicas(path, partition, partitions.get(partition));
        }
        return new TopicZnode(
                topicId(path, json),
                partitions,
                json.assignmentAt("adding_replicas"),
                json.assignmentAt("removing_replicas"));
    }

    /** Whoever looks at a partition may look at its preferred leader. */
    private static void checkReplicas(String path, int partition, List<Integer> replicas)
            throws MalformedZnodeException {
        boolean areBrokers = !replicas.isEmpty();
        for (int i = 0; i < replicas.size(); i++)
            areBrokers &= replicas.get(i) >= 0 && replicas.indexOf(replicas.get(i)) == i;
        if (!areBrokers)
            throw new MalformedZnodeException(
                    path,
                    "partition " + partition + " has the replicas " + replicas + ": one or more brokers are wanted");
    }

    private static Optional<TopicId> topicId(String path, ZnodeJson json) throws MalformedZnodeException {
        Optional<String> text = json.optionalStringAt("topic_id");
        if (text.isEmpty()) return Optional.empty();
        try {
            return Optional.of(TopicId.parse(text.get()));
        } catch (IllegalArgumentException e) {
            throw new MalformedZnodeException(
                    path, "field 'topic_id': '" + text.get() + "' is not an id: 22 characters of base64 are wanted");
        }
    }

    private static Map<String, List<Integer>> byText(Map<Integer, List<Integer>> assignment) {
        Map<String, List<Integer>> byText = new LinkedHashMap<>();
        new TreeMap<>(assignment).forEach((partition, replicas) -> byText.put(partition.toString(), replicas));
        return byText;
    }
}
