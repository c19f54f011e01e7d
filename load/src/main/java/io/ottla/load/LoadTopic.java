package io.ottla.load;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The topic of a load: found, or made for it and removed after it. */
public final class LoadTopic {
    /** What the admin client should allow: a broker may need a while to make thousands of partitions. */
    public static final int TIMEOUT_MS = 120_000;
    /** After so long without a first answer there is no broker. */
    private static final int FIRST_ANSWER_MS = 10_000;

    private final Admin admin;
    private final String name;
    private final int partitions;
    private final boolean made;

    private LoadTopic(Admin admin, String name, int partitions, boolean made) {
        this.admin = admin;
        this.name = name;
        this.partitions = partitions;
        this.made = made;
    }

    /**
     * @param partitions how many it gets if it is made
     * @param replicationFactor how many replicas it gets if it is made; the broker decides if absent
     * @param configs its settings if it is made
     * @throws ExecutionException what the broker answered, or that it did not
     */
    public static LoadTopic open(
            Admin admin, String name, int partitions, Optional<Short> replicationFactor, Map<String, String> configs)
            throws ExecutionException, InterruptedException {
        int found = partitionsOf(admin, name);
        if (found > 0) return new LoadTopic(admin, name, found, false);
        NewTopic wanted = new NewTopic(name, Optional.of(partitions), replicationFactor).configs(configs);
        try {
            admin.createTopics(List.of(wanted)).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) throw e;
            return new LoadTopic(admin, name, partitionsOf(admin, name), false); // somebody was quicker
        }
        awaitLeaders(admin, name, partitions);
        return new LoadTopic(admin, name, partitions, true);
    }

    /**
     * Waits until each partition answers for itself. A broker may have created a topic and not yet lead its partitions;
     * a hundred idempotent producers that begin then are refused, and what they sent next is out of order.
     */
    private static void awaitLeaders(Admin admin, String name, int partitions)
            throws ExecutionException, InterruptedException {
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (int p = 0; p < partitions; p++) ends.put(new TopicPartition(name, p), OffsetSpec.latest());
        admin.listOffsets(ends).all().get(); // the client asks again while one is not led
    }

    private static int partitionsOf(Admin admin, String name) throws ExecutionException, InterruptedException {
        try {
            return admin.describeTopics(List.of(name), new DescribeTopicsOptions().timeoutMs(FIRST_ANSWER_MS))
                    .allTopicNames()
                    .get()
                    .get(name)
                    .partitions()
                    .size();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) return 0;
            throw e;
        }
    }

    public String name() {
        return name;
    }

    public int partitions() {
        return partitions;
    }

    /** Whether it was made for this load. */
    public boolean made() {
        return made;
    }

    /** Removes it, if it was made for this load. @throws ExecutionException why it could not be removed */
    public void remove() throws ExecutionException, InterruptedException {
        if (made) admin.deleteTopics(List.of(name)).all().get();
    }
}
