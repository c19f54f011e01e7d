package io.ottla.coordinator;

import io.ottla.base.TopicPartition;
import io.ottla.kafkamessages.DescribeGroupsResponseData.DescribedGroup;
import io.ottla.kafkamessages.ListGroupsRequestData;
import io.ottla.kafkamessages.ListGroupsResponseData;
import io.ottla.kafkamessages.ListGroupsResponseData.ListedGroup;
import io.ottla.kafkamessages.OffsetFetchRequestData.OffsetFetchRequestGroup;
import io.ottla.kafkamessages.OffsetFetchRequestData.OffsetFetchRequestTopics;
import io.ottla.kafkamessages.OffsetFetchResponseData.OffsetFetchResponseGroup;
import io.ottla.kafkamessages.OffsetFetchResponseData.OffsetFetchResponsePartitions;
import io.ottla.kafkamessages.OffsetFetchResponseData.OffsetFetchResponseTopics;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.common.protocol.Errors;

/**
 * OffsetFetch, DescribeGroups and ListGroups. They see committed state and answer at once; but for an OffsetFetch that
 * requires stable offsets: it sees the latest state, and its answer waits until that is committed.
 */
final class GroupQueries {
    private static final short ERROR_FOR_ABSENT_MIN_VERSION = 6;
    private static final String CLASSIC = "classic";

    private final GroupState state;
    private final Groups groups;

    GroupQueries(GroupState state, Groups groups) {
        this.state = state;
        this.groups = groups;
    }

    // ---- OffsetFetch

    OffsetFetchResponseGroup fetch(OffsetFetchRequestGroup request, boolean requireStable) {
        String groupId = request.groupId();
        Set<TopicPartition> unstable = requireStable ? state.partitionsWithOpenTransactions(groupId) : Set.of();
        OffsetFetchResponseGroup response = new OffsetFetchResponseGroup().setGroupId(groupId);
        if (request.topics() == null) return response.setTopics(fetchAll(groupId, requireStable, unstable));
        List<OffsetFetchResponseTopics> topics =
                new ArrayList<>(request.topics().size());
        for (OffsetFetchRequestTopics topic : request.topics()) {
            List<OffsetFetchResponsePartitions> partitions =
                    new ArrayList<>(topic.partitionIndexes().size());
            for (int index : topic.partitionIndexes()) {
                TopicPartition partition = new TopicPartition(topic.name(), index);
                Optional<CommittedOffset> committed =
                        requireStable ? state.offset(groupId, partition) : state.committedOffset(groupId, partition);
                Optional<CommittedOffset> valid =
                        committed.filter(offset -> !offset.isOfAnotherTopicThan(GroupRecords.topicId(topic.topicId())));
                partitions.add(answer(index, valid, unstable.contains(partition)));
            }
            topics.add(new OffsetFetchResponseTopics()
                    .setName(topic.name())
                    .setTopicId(topic.topicId())
                    .setPartitions(partitions));
        }
        return response.setTopics(topics);
    }

    private List<OffsetFetchResponseTopics> fetchAll(
            String groupId, boolean requireStable, Set<TopicPartition> unstable) {
        Map<TopicPartition, CommittedOffset> offsets =
                requireStable ? state.offsets(groupId) : state.committedOffsets(groupId);
        List<OffsetFetchResponseTopics> topics = new ArrayList<>();
        offsets.forEach((partition, committed) -> {
            if (topics.isEmpty() || !topics.getLast().name().equals(partition.topic()))
                topics.add(new OffsetFetchResponseTopics().setName(partition.topic()));
            topics.getLast()
                    .partitions()
                    .add(answer(partition.partition(), Optional.of(committed), unstable.contains(partition)));
        });
        return topics;
    }

    private static OffsetFetchResponsePartitions answer(
            int partition, Optional<CommittedOffset> committed, boolean isUnstable) {
        OffsetFetchResponsePartitions answer = new OffsetFetchResponsePartitions()
                .setPartitionIndex(partition)
                .setCommittedOffset(-1)
                .setCommittedLeaderEpoch(-1)
                .setMetadata("");
        if (isUnstable) return answer.setErrorCode(Errors.UNSTABLE_OFFSET_COMMIT.code());
        committed.ifPresent(offset -> answer.setCommittedOffset(offset.offset())
                .setCommittedLeaderEpoch(offset.leaderEpoch())
                .setMetadata(offset.metadata()));
        return answer;
    }

    // ---- DescribeGroups

    List<DescribedGroup> describe(List<String> groupIds, short version) {
        return groupIds.stream()
                .map(groupId -> groups.findCommitted(groupId)
                        .map(GroupQueries::describe)
                        .orElseGet(() -> describeAbsent(groupId, version)))
                .toList();
    }

    private static DescribedGroup describe(ClassicGroup group) {
        boolean isStable = group.is(ClassicGroup.State.STABLE);
        Optional<String> protocol = isStable ? group.protocol() : Optional.empty();
        return new DescribedGroup()
                .setGroupId(group.groupId())
                .setGroupState(group.state().label)
                .setProtocolType(group.protocolType().orElse(""))
                .setProtocolData(protocol.orElse(""))
                .setMembers(group.members().stream()
                        .map(member -> member.describe(protocol))
                        .toList());
    }

    private static DescribedGroup describeAbsent(String groupId, short version) {
        DescribedGroup absent = new DescribedGroup().setGroupId(groupId).setGroupState(ClassicGroup.State.DEAD.label);
        if (version < ERROR_FOR_ABSENT_MIN_VERSION) return absent;
        return absent.setErrorCode(Errors.GROUP_ID_NOT_FOUND.code())
                .setErrorMessage("Group " + groupId.substring(0, Math.min(groupId.length(), 1_000)) + " not found.");
    }

    // ---- ListGroups

    ListGroupsResponseData list(ListGroupsRequestData request) {
        Set<String> types = lowerCase(request.typesFilter());
        // a type that is not known is taken for none that we have, as Kafka's UNKNOWN is
        boolean wantsClassic = types.isEmpty() || types.contains(CLASSIC.toLowerCase(Locale.ROOT));
        Set<String> states = lowerCase(request.statesFilter());
        List<ListedGroup> listed = new ArrayList<>();
        if (wantsClassic) {
            Set<String> groupIds = new TreeSet<>();
            state.forEachCommittedGroup((groupId, stored) -> groupIds.add(groupId));
            for (String groupId : groupIds) {
                groups.findCommitted(groupId)
                        .filter(group -> states.isEmpty()
                                || states.contains(group.state().label.toLowerCase(Locale.ROOT)))
                        .ifPresent(group -> listed.add(new ListedGroup()
                                .setGroupId(groupId)
                                .setProtocolType(group.protocolType().orElse(""))
                                .setGroupState(group.state().label)
                                .setGroupType(CLASSIC)));
            }
        }
        return new ListGroupsResponseData().setGroups(listed);
    }

    private static Set<String> lowerCase(List<String> names) {
        return names.stream().map(name -> name.toLowerCase(Locale.ROOT).trim()).collect(Collectors.toSet());
    }
}
