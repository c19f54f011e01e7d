package io.ottla.coordinator;

import io.ottla.base.TopicPartition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.kafka.coordinator.group.generated.GroupMetadataKey;
import org.apache.kafka.coordinator.group.generated.GroupMetadataValue;
import org.apache.kafka.coordinator.group.generated.OffsetCommitKey;
import org.apache.kafka.coordinator.group.generated.OffsetCommitValue;

/**
 * What one partition of {@code __consumer_offsets} says: groups and committed offsets. Changed by {@link #replay} and
 * {@link #replayMarker} only, whoever calls them: a leader that has just decided, a load, a follower.
 */
final class GroupState {
    private final Timeline timeline = new Timeline();
    private final TimelineMap<String, GroupMetadata> groups = new TimelineMap<>(timeline);
    private final Map<String, TimelineMap<TopicPartition, CommittedOffset>> offsets = new HashMap<>();
    /** Offsets of transactions that are still open. */
    private final Map<String, TimelineMap<OpenOffset, CommittedOffset>> openOffsets = new HashMap<>();
    /** So that a topic's name is in memory once, not once for each offset. */
    private final Map<String, String> topicNames = new HashMap<>();

    private record OpenOffset(long producerId, TopicPartition partition) {}

    Timeline timeline() {
        return timeline;
    }

    /** @param offset of the record; @param producerId −1 outside of transactions */
    void replay(CoordinatorRecord record, long offset, long producerId) {
        switch (record.type()) {
            case GroupRecords.OFFSET_COMMIT ->
                replay((OffsetCommitKey) record.key(), record.value(), offset, producerId);
            case GroupRecords.GROUP_METADATA -> {
                String groupId = ((GroupMetadataKey) record.key()).group();
                if (record.value().isEmpty()) groups.remove(groupId);
                else
                    groups.put(groupId, GroupRecords.group((GroupMetadataValue)
                            record.value().get().message()));
            }
            default -> throw new IllegalArgumentException("record of type " + record.type());
        }
    }

    private void replay(OffsetCommitKey key, Optional<CoordinatorRecord.Value> value, long offset, long producerId) {
        String groupId = key.group();
        TopicPartition partition = new TopicPartition(nameOf(key.topic()), key.partition());
        if (value.isEmpty()) {
            remove(offsets, groupId, partition);
            for (OpenOffset open : openOf(groupId, partition)) remove(openOffsets, groupId, open);
            return;
        }
        if (!groups.containsKey(groupId)) groups.put(groupId, GroupMetadata.SIMPLE);
        CommittedOffset committed =
                GroupRecords.committedOffset((OffsetCommitValue) value.get().message(), offset);
        if (producerId < 0) put(offsets, groupId, partition, committed);
        else put(openOffsets, groupId, new OpenOffset(producerId, partition), committed);
    }

    /** A transaction ended: its offsets count now, unless a later commit overtook them, or never. */
    void replayMarker(long producerId, boolean isCommit) {
        for (String groupId : List.copyOf(openOffsets.keySet())) {
            Map<OpenOffset, CommittedOffset> ended = new HashMap<>();
            openOffsets.get(groupId).forEach((open, committed) -> {
                if (open.producerId == producerId) ended.put(open, committed);
            });
            ended.forEach((open, committed) -> {
                remove(openOffsets, groupId, open);
                long already = offset(groupId, open.partition)
                        .map(CommittedOffset::recordOffset)
                        .orElse(-1L);
                if (isCommit && committed.recordOffset() >= already) put(offsets, groupId, open.partition, committed);
            });
        }
    }

    private String nameOf(String topic) {
        String known = topicNames.putIfAbsent(topic, topic);
        return known == null ? topic : known;
    }

    private <K> void put(
            Map<String, TimelineMap<K, CommittedOffset>> byGroup, String groupId, K key, CommittedOffset committed) {
        byGroup.computeIfAbsent(groupId, absent -> new TimelineMap<>(timeline)).put(key, committed);
    }

    private static <K> void remove(Map<String, TimelineMap<K, CommittedOffset>> byGroup, String groupId, K key) {
        TimelineMap<K, CommittedOffset> of = byGroup.get(groupId);
        if (of == null) return;
        of.remove(key);
        if (of.isVoid()) byGroup.remove(groupId);
    }

    // ---- the latest state, for writes

    Optional<GroupMetadata> group(String groupId) {
        return groups.get(groupId);
    }

    Optional<CommittedOffset> offset(String groupId, TopicPartition partition) {
        TimelineMap<TopicPartition, CommittedOffset> of = offsets.get(groupId);
        return of == null ? Optional.empty() : of.get(partition);
    }

    /** All offsets of a group, in order of topic and partition. */
    TreeMap<TopicPartition, CommittedOffset> offsets(String groupId) {
        TreeMap<TopicPartition, CommittedOffset> sorted = new TreeMap<>();
        TimelineMap<TopicPartition, CommittedOffset> of = offsets.get(groupId);
        if (of != null) of.forEach(sorted::put);
        return sorted;
    }

    /** The partitions of a group for which a transaction has offsets that are neither committed nor aborted. */
    Set<TopicPartition> partitionsWithOpenTransactions(String groupId) {
        TimelineMap<OpenOffset, CommittedOffset> of = openOffsets.get(groupId);
        if (of == null) return Set.of();
        Set<TopicPartition> partitions = new HashSet<>();
        of.forEach((open, committed) -> partitions.add(open.partition));
        return partitions;
    }

    private List<OpenOffset> openOf(String groupId, TopicPartition partition) {
        TimelineMap<OpenOffset, CommittedOffset> of = openOffsets.get(groupId);
        if (of == null) return List.of();
        List<OpenOffset> found = new ArrayList<>();
        of.forEach((open, committed) -> {
            if (open.partition.equals(partition)) found.add(open);
        });
        return found;
    }

    List<String> groupIds() {
        List<String> ids = new ArrayList<>(groups.size());
        groups.forEach((groupId, group) -> ids.add(groupId));
        return ids;
    }

    void forEachOffset(String groupId, BiConsumer<TopicPartition, CommittedOffset> visitor) {
        TimelineMap<TopicPartition, CommittedOffset> of = offsets.get(groupId);
        if (of != null) of.forEach(visitor);
    }

    // ---- the committed state, for reads

    Optional<GroupMetadata> committedGroup(String groupId) {
        return groups.committed(groupId);
    }

    void forEachCommittedGroup(BiConsumer<String, GroupMetadata> visitor) {
        groups.forEachCommitted(visitor);
    }

    Optional<CommittedOffset> committedOffset(String groupId, TopicPartition partition) {
        TimelineMap<TopicPartition, CommittedOffset> of = offsets.get(groupId);
        return of == null ? Optional.empty() : of.committed(partition);
    }

    TreeMap<TopicPartition, CommittedOffset> committedOffsets(String groupId) {
        TreeMap<TopicPartition, CommittedOffset> sorted = new TreeMap<>();
        TimelineMap<TopicPartition, CommittedOffset> of = offsets.get(groupId);
        if (of != null) of.forEachCommitted(sorted::put);
        return sorted;
    }

    /** Lets go of what deletions have left empty, once they are committed. */
    void sweep() {
        offsets.values().removeIf(TimelineMap::isVoid);
        openOffsets.values().removeIf(TimelineMap::isVoid);
    }
}
