package io.ottla.coordinator;

import io.ottla.base.Core;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.kafkamessages.OffsetCommitRequestData;
import io.ottla.kafkamessages.OffsetCommitRequestData.OffsetCommitRequestPartition;
import io.ottla.kafkamessages.OffsetCommitRequestData.OffsetCommitRequestTopic;
import io.ottla.kafkamessages.OffsetCommitResponseData;
import io.ottla.kafkamessages.OffsetCommitResponseData.OffsetCommitResponseTopic;
import io.ottla.kafkamessages.OffsetDeleteRequestData;
import io.ottla.kafkamessages.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import io.ottla.kafkamessages.OffsetDeleteResponseData;
import io.ottla.kafkamessages.OffsetDeleteResponseData.OffsetDeleteResponsePartition;
import io.ottla.kafkamessages.OffsetDeleteResponseData.OffsetDeleteResponseTopic;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.protocol.Errors;

/**
 * How offsets come and go: committed by members and by whoever consumes without a group, deleted by administrators,
 * with their topic, with their group, or because nobody has used them for long. Source: OffsetMetadataManager of
 * Kafka 4.3; expiry as in KIP-211.
 */
final class OffsetCommits {
    private static final short GROUP_ID_NOT_FOUND_MIN_VERSION = 9;
    private static final long DEFAULT_RETENTION = -1;

    private final GroupState state;
    private final Groups groups;
    private final Rebalances rebalances;
    private GroupSettings settings;

    OffsetCommits(GroupState state, Groups groups, Rebalances rebalances, GroupSettings settings) {
        this.state = state;
        this.groups = groups;
        this.rebalances = rebalances;
        this.settings = settings;
    }

    void settings(GroupSettings settings) {
        this.settings = settings;
    }

    // ---- OffsetCommit

    void commit(Turn turn, GroupCommand.Commit commit) {
        OffsetCommitRequestData request = commit.request();
        Errors invalid = validate(turn, request, commit.version());
        if (invalid != Errors.NONE) {
            turn.answer(
                    commit.reply(),
                    GroupAnswers.commit(request, invalid),
                    error -> GroupAnswers.commit(request, error));
            return;
        }
        long retentionMs = Math.min(request.retentionTimeMs(), Long.MAX_VALUE - turn.nowMs());
        long expireMs = retentionMs == DEFAULT_RETENTION ? -1 : turn.nowMs() + retentionMs;
        List<CoordinatorRecord> records = new ArrayList<>();
        OffsetCommitResponseData response = new OffsetCommitResponseData();
        for (OffsetCommitRequestTopic topic : request.topics()) {
            OffsetCommitResponseTopic answers =
                    new OffsetCommitResponseTopic().setName(topic.name()).setTopicId(topic.topicId());
            response.topics().add(answers);
            for (OffsetCommitRequestPartition partition : topic.partitions()) {
                Errors error = Errors.NONE;
                if (isTooLarge(partition.committedMetadata())) error = Errors.OFFSET_METADATA_TOO_LARGE;
                else records.add(record(request.groupId(), topic, partition, turn.nowMs(), expireMs));
                answers.partitions().add(GroupAnswers.committed(partition.partitionIndex(), error));
            }
        }
        turn.write(records, Turn.Written.IGNORED);
        turn.answer(commit.reply(), response, error -> GroupAnswers.commit(request, error));
    }

    private boolean isTooLarge(String metadata) {
        return metadata != null && metadata.length() > settings.offsetMetadataMaxBytes();
    }

    private static CoordinatorRecord record(
            String groupId,
            OffsetCommitRequestTopic topic,
            OffsetCommitRequestPartition partition,
            long nowMs,
            long expireMs) {
        // version 1 lets the client say when
        long commitMs = partition.commitTimestamp() == -1 ? nowMs : partition.commitTimestamp();
        return GroupRecords.offset(
                groupId,
                new TopicPartition(topic.name(), partition.partitionIndex()),
                new CommittedOffset(
                        partition.committedOffset(),
                        partition.committedLeaderEpoch(),
                        partition.committedMetadata() == null ? "" : partition.committedMetadata(),
                        commitMs,
                        expireMs,
                        GroupRecords.topicId(topic.topicId()),
                        -1));
    }

    private Errors validate(Turn turn, OffsetCommitRequestData request, short version) {
        Optional<ClassicGroup> found = groups.find(turn, request.groupId());
        int generation = request.generationIdOrMemberEpoch();
        if (found.isEmpty()) {
            if (generation < 0) return Errors.NONE; // the records bring the group about
            return version >= GROUP_ID_NOT_FOUND_MIN_VERSION ? Errors.GROUP_ID_NOT_FOUND : Errors.ILLEGAL_GENERATION;
        }
        ClassicGroup group = found.get();
        if (generation < 0 && group.is(ClassicGroup.State.EMPTY)) return Errors.NONE;
        Errors invalid = group.validate(request.memberId(), request.groupInstanceId());
        if (invalid != Errors.NONE) return invalid;
        if (generation != group.generation()) return Errors.ILLEGAL_GENERATION;
        if (group.is(ClassicGroup.State.COMPLETING_REBALANCE)) return Errors.REBALANCE_IN_PROGRESS;
        // a commit shows that the member lives
        if (group.is(ClassicGroup.State.STABLE, ClassicGroup.State.PREPARING_REBALANCE))
            rebalances.keepAlive(turn, group, group.member(request.memberId()));
        return Errors.NONE;
    }

    // ---- OffsetDelete

    void delete(Turn turn, GroupCommand.DeleteOffsets delete) {
        OffsetDeleteRequestData request = delete.request();
        Optional<ClassicGroup> found = groups.find(turn, request.groupId());
        Errors invalid = found.map(OffsetCommits::validateDelete).orElse(Errors.GROUP_ID_NOT_FOUND);
        if (invalid != Errors.NONE) {
            turn.answer(delete.reply(), GroupAnswers.delete(invalid), GroupAnswers::delete);
            return;
        }
        List<CoordinatorRecord> records = new ArrayList<>();
        OffsetDeleteResponseData response = new OffsetDeleteResponseData();
        for (OffsetDeleteRequestTopic topic : request.topics()) {
            OffsetDeleteResponseTopic answers = new OffsetDeleteResponseTopic().setName(topic.name());
            response.topics().add(answers);
            boolean isSubscribed = found.get().isSubscribedTo(topic.name());
            topic.partitions().forEach(partition -> {
                int index = partition.partitionIndex();
                if (!isSubscribed) tombstone(request.groupId(), new TopicPartition(topic.name(), index), records);
                Errors error = isSubscribed ? Errors.GROUP_SUBSCRIBED_TO_TOPIC : Errors.NONE;
                answers.partitions()
                        .add(new OffsetDeleteResponsePartition()
                                .setPartitionIndex(index)
                                .setErrorCode(error.code()));
            });
        }
        turn.writeSpread(records);
        turn.answer(delete.reply(), response, GroupAnswers::delete);
    }

    private static Errors validateDelete(ClassicGroup group) {
        boolean isInUse = !group.is(ClassicGroup.State.EMPTY) && !group.usesConsumerProtocol();
        return isInUse ? Errors.NON_EMPTY_GROUP : Errors.NONE;
    }

    /** Adds a tombstone if there is something to bury. */
    private void tombstone(String groupId, TopicPartition partition, List<CoordinatorRecord> records) {
        boolean isThere = state.offset(groupId, partition).isPresent()
                || state.partitionsWithOpenTransactions(groupId).contains(partition);
        if (isThere) records.add(GroupRecords.offsetTombstone(groupId, partition));
    }

    // ---- with their group, with their topic

    /** Adds tombstones for all offsets of a group. */
    void deleteAll(String groupId, List<CoordinatorRecord> records) {
        Set<TopicPartition> all = new TreeSet<>(state.partitionsWithOpenTransactions(groupId));
        all.addAll(state.offsets(groupId).keySet());
        all.forEach(partition -> records.add(GroupRecords.offsetTombstone(groupId, partition)));
    }

    void topicsDeleted(Turn turn, Map<String, TopicId> idByName) {
        List<CoordinatorRecord> records = new ArrayList<>();
        for (String groupId : state.groupIds()) {
            state.forEachOffset(groupId, (partition, committed) -> {
                TopicId deleted = idByName.get(partition.topic());
                if (deleted != null && !committed.isOfAnotherTopicThan(deleted))
                    records.add(GroupRecords.offsetTombstone(groupId, partition));
            });
        }
        turn.writeSpread(records);
    }

    // ---- expiry

    /**
     * Adds tombstones for the offsets of a group that expired, and for the group if nothing is left of it.
     *
     * @return how many offsets were looked at
     */
    int expire(Turn turn, String groupId, List<CoordinatorRecord> records) {
        Optional<ClassicGroup> found = groups.peek(groupId);
        if (found.isEmpty()) return 1;
        ClassicGroup group = found.get();
        Set<TopicPartition> inTransactions = state.partitionsWithOpenTransactions(groupId);
        int[] kept = {inTransactions.size()};
        int[] seen = {1};
        state.forEachOffset(groupId, (partition, committed) -> {
            seen[0]++;
            boolean isExpired = turn.nowMs() >= expiresAtMs(group, committed)
                    && !group.isSubscribedTo(partition.topic())
                    && !inTransactions.contains(partition);
            if (isExpired) records.add(GroupRecords.offsetTombstone(groupId, partition));
            else kept[0]++;
        });
        if (kept[0] == 0
                && group.is(ClassicGroup.State.EMPTY)
                && group.pendingJoin().isEmpty()) {
            records.add(GroupRecords.groupTombstone(groupId));
            groups.deleted(turn, groupId);
        }
        return seen[0];
    }

    /** When an offset expires: by the group's last activity if it had members once, by its own commit otherwise. */
    private long expiresAtMs(ClassicGroup group, CommittedOffset committed) {
        boolean isEmpty = group.is(ClassicGroup.State.EMPTY);
        boolean isSimple = group.protocolType().isEmpty();
        // of members it must be known what they consume, so that the rest may go
        boolean isKnown = group.is(ClassicGroup.State.STABLE)
                && group.usesConsumerProtocol()
                && group.subscribedTopics().isPresent();
        if (!isEmpty && !isSimple && !isKnown) return Core.NO_DEADLINE;
        if (committed.expireTimestampMs() != -1) return committed.expireTimestampMs();
        long sinceMs = isEmpty && !isSimple
                ? group.stateTimestampMs().orElse(committed.commitTimestampMs())
                : committed.commitTimestampMs();
        return sinceMs + settings.offsetsRetentionMs();
    }
}
