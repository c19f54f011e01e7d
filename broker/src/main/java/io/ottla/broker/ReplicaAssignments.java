package io.ottla.broker;

import io.ottla.base.Outcome;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.ConfigEntity;
import io.ottla.cluster.ImageDelta;
import io.ottla.cluster.ImageListener;
import io.ottla.cluster.PartitionImage;
import io.ottla.cluster.PartitionState;
import io.ottla.cluster.TopicImage;
import io.ottla.log.Logs;
import io.ottla.partition.Assignment;
import io.ottla.partition.Decision;
import io.ottla.partition.Following;
import io.ottla.partition.Leadership;
import io.ottla.partition.PartitionConfig;
import io.ottla.partition.Replica;
import io.ottla.partition.Replicas;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the replicas of this node what the cluster decided: which partitions they lead or follow, in which epoch,
 * with which settings, and which are gone. To be added to the listeners before anybody who serves clients.
 */
public final class ReplicaAssignments implements ImageListener {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaAssignments.class);

    /** So many are named in a warning. */
    private static final int REPORTED_MAX = 20;

    private final Replicas replicas;
    private final Logs logs;
    private final BiFunction<ClusterImage, String, PartitionConfig> topicConfig;
    private ClusterImage image = ClusterImage.EMPTY;

    /** Found at the start, of partitions that nobody has led in this cluster. */
    private final List<TopicPartition> waiting = new ArrayList<>();

    /** Of the topics that have a replica, by name: their partitions share one. */
    private final Map<String, PartitionConfig> configs = new HashMap<>();

    /** @param topicConfig the settings of a topic, by name, out of an image: its own, over the broker's, over defaults */
    public ReplicaAssignments(
            Replicas replicas, Logs logs, BiFunction<ClusterImage, String, PartitionConfig> topicConfig) {
        this.replicas = replicas;
        this.logs = logs;
        this.topicConfig = topicConfig;
        replicas.assigned(this::assignment);
    }

    /** As the last image has it; empty if no replica of it is to be here. */
    private Optional<Assignment> assignment(TopicPartition name) {
        return image.topic(name.topic())
                .flatMap(topic -> topic.partition(name.partition()).flatMap(partition -> assignment(topic, partition)));
    }

    private Optional<Assignment> assignment(TopicImage topic, PartitionImage partition) {
        return decision(partition).map(decision -> new Assignment(topic.id(), decision, config(topic.name())));
    }

    private Optional<Decision> decision(PartitionImage partition) {
        int leaderEpoch = partition.leaderEpoch();
        int version = partition.stateVersion();
        if (partition.leader() == replicas.nodeId())
            return Optional.of(new Leadership(leaderEpoch, version, partition.replicas(), partition.isr()));
        // before it has its first leader there is nothing to follow
        if (version < 0 || !partition.replicas().contains(replicas.nodeId())) return Optional.empty();
        return Optional.of(new Following(leaderEpoch, version, partition.leader()));
    }

    private PartitionConfig config(String topic) {
        return configs.computeIfAbsent(topic, name -> topicConfig.apply(image, name));
    }

    @Override
    public void changed(ClusterImage before, ClusterImage after, ImageDelta delta) {
        boolean isFirst = before.zxid() == ClusterImage.EMPTY.zxid();
        image = after;
        if (isFirst) lookForLeftovers(after);
        delta.topics().forEach((name, change) -> {
            change.deleted().ifPresent(this::delete);
            change.vanished().ifPresent(this::setAside);
            change.after().ifPresent(topic -> {
                List<PartitionImage> partitions = hasGotItsId(change) ? topic.partitions() : change.changedPartitions();
                for (PartitionImage partition : partitions) assign(topic, partition);
            });
        });
        for (ConfigEntity entity : delta.configs()) reconfigure(entity);
    }

    /** A topic that comes from a Kafka before 2.8 gets its id from the controller. */
    private static boolean hasGotItsId(ImageDelta.TopicChange change) {
        boolean hadNone = change.before().map(TopicImage::id).equals(Optional.of(TopicId.ZERO));
        return hadNone && !change.after().map(TopicImage::id).equals(Optional.of(TopicId.ZERO));
    }

    /** Topics that were being deleted when the node stopped lose their directories now; others are reported. */
    private void lookForLeftovers(ClusterImage image) {
        List<TopicPartition> unknown = new ArrayList<>();
        for (TopicPartition partition : new ArrayList<>(logs.partitions())) {
            Optional<PartitionImage> known = image.partition(partition);
            if (known.isEmpty() || known.get().stateVersion() < 0) waiting.add(partition);
            if (known.isPresent()) continue;
            if (image.doomed().containsKey(partition.topic())) delete(partition);
            else unknown.add(partition);
        }
        List<TopicPartition> vanished = logs.vanished().stream()
                .filter(partition -> image.partition(partition).isPresent())
                .toList();
        if (!vanished.isEmpty())
            LOG.warn(
                    "{} partitions had records before the last stop, and their directories are gone: {}. They begin anew, empty;"
                            + " to have the records back, stop the node now and put the directories in their place",
                    vanished.size(),
                    names(vanished));
        if (unknown.isEmpty()) return;
        LOG.warn(
                "{} log directories are of partitions that the cluster does not know; they are left alone: {}. One that was"
                        + " copied in and has no partition.metadata (delete it while the node is stopped) is served when its"
                        + " topic is created",
                unknown.size(),
                names(unknown));
    }

    /** Partitions that have a directory since before the start, and have had no leader in this cluster as far as the first image knew. */
    public List<TopicPartition> waiting() {
        return List.copyOf(waiting);
    }

    private static String names(List<TopicPartition> partitions) {
        return partitions.stream()
                .limit(REPORTED_MAX)
                .map(TopicPartition::toString)
                .collect(Collectors.joining(", ", "", partitions.size() > REPORTED_MAX ? ", …" : ""));
    }

    private void delete(TopicImage topic) {
        configs.remove(topic.name());
        for (PartitionImage partition : topic.partitions())
            delete(new TopicPartition(topic.name(), partition.partition()));
    }

    /** Nothing of it is served, and its logs stay: it may come back. */
    private void setAside(TopicImage topic) {
        configs.remove(topic.name());
        for (PartitionImage partition : topic.partitions())
            replicas.setAside(new TopicPartition(topic.name(), partition.partition()));
    }

    private void delete(TopicPartition partition) {
        if (replicas.made(partition).isEmpty() && logs.dirOf(partition).isEmpty()) return;
        replicas.delete(partition, outcome -> {
            if (outcome instanceof Outcome.Failed<Void>(var cause))
                LOG.error("the log of {} cannot be deleted: {}", partition, cause.toString());
        });
    }

    /**
     * A leader that nobody has asked for yet is made from the image when somebody does. A follower is made at once, if
     * there is a leader: it has to copy, whether anybody asks or not.
     */
    private void assign(TopicImage topic, PartitionImage partition) {
        TopicPartition name = new TopicPartition(topic.name(), partition.partition());
        boolean isMadeWhenAsked =
                partition.leader() == replicas.nodeId() || partition.leader() == PartitionState.NO_LEADER;
        if (replicas.made(name).isEmpty() && isMadeWhenAsked) return;
        assignment(topic, partition)
                .ifPresentOrElse(assignment -> replicas.assign(name, assignment), () -> replicas.unassign(name));
    }

    private void reconfigure(ConfigEntity entity) {
        switch (entity.type()) {
            case TOPICS -> {
                configs.remove(entity.name());
                image.topic(entity.name()).ifPresent(this::reconfigure);
            }
            // what a broker has by default, its topics have unless they say otherwise
            case BROKERS -> {
                configs.clear();
                for (Replica replica : replicas.made())
                    replicas.configure(
                            replica.topicPartition(),
                            config(replica.topicPartition().topic()));
            }
            case GROUPS, CLIENT_METRICS, CLIENTS, USERS, USER_CLIENTS, IPS -> {}
        }
    }

    private void reconfigure(TopicImage topic) {
        for (PartitionImage partition : topic.partitions()) {
            TopicPartition name = new TopicPartition(topic.name(), partition.partition());
            if (replicas.made(name).isPresent()) replicas.configure(name, config(topic.name()));
        }
    }

    /** Those that this node leads, whether anybody has asked for them or not. */
    public List<TopicPartition> led() {
        List<TopicPartition> led = new ArrayList<>();
        image.topics().forEach((name, topic) -> {
            for (PartitionImage partition : topic.partitions())
                if (partition.leader() == replicas.nodeId()) led.add(new TopicPartition(name, partition.partition()));
        });
        return led;
    }
}
