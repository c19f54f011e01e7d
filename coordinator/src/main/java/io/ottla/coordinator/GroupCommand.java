package io.ottla.coordinator;

import io.ottla.base.TopicId;
import io.ottla.kafkamessages.DeleteGroupsResponseData.DeletableGroupResult;
import io.ottla.kafkamessages.DescribeGroupsResponseData.DescribedGroup;
import io.ottla.kafkamessages.HeartbeatRequestData;
import io.ottla.kafkamessages.HeartbeatResponseData;
import io.ottla.kafkamessages.JoinGroupRequestData;
import io.ottla.kafkamessages.JoinGroupResponseData;
import io.ottla.kafkamessages.LeaveGroupRequestData;
import io.ottla.kafkamessages.LeaveGroupResponseData;
import io.ottla.kafkamessages.ListGroupsRequestData;
import io.ottla.kafkamessages.ListGroupsResponseData;
import io.ottla.kafkamessages.OffsetCommitRequestData;
import io.ottla.kafkamessages.OffsetCommitResponseData;
import io.ottla.kafkamessages.OffsetDeleteRequestData;
import io.ottla.kafkamessages.OffsetDeleteResponseData;
import io.ottla.kafkamessages.OffsetFetchRequestData.OffsetFetchRequestGroup;
import io.ottla.kafkamessages.OffsetFetchResponseData.OffsetFetchResponseGroup;
import io.ottla.kafkamessages.SyncGroupRequestData;
import io.ottla.kafkamessages.SyncGroupResponseData;
import java.util.List;
import java.util.Map;

/**
 * What somebody wants of the shard that a group belongs to. Requests and responses are Kafka's messages in the form of
 * their latest version; what older ones say otherwise is for whoever speaks with the client.
 */
public sealed interface GroupCommand {

    /** @param host the client's address as Java prints it, with a leading slash: so it stands in Kafka's records */
    record Client(String clientId, String host) {}

    record Join(JoinGroupRequestData request, short version, Client client, ReplyTo<JoinGroupResponseData> reply)
            implements GroupCommand {}

    record Sync(SyncGroupRequestData request, ReplyTo<SyncGroupResponseData> reply) implements GroupCommand {}

    record Heartbeat(HeartbeatRequestData request, ReplyTo<HeartbeatResponseData> reply) implements GroupCommand {}

    record Leave(LeaveGroupRequestData request, ReplyTo<LeaveGroupResponseData> reply) implements GroupCommand {}

    /** Topics have both name and id, and partitions exist. */
    record Commit(OffsetCommitRequestData request, short version, ReplyTo<OffsetCommitResponseData> reply)
            implements GroupCommand {}

    /**
     * One group of an OffsetFetch; topics by name. All of the group's if {@code request.topics()} is null.
     *
     * @param requireStable waits for what is not committed yet, and refuses what an open transaction may still change
     */
    record Fetch(OffsetFetchRequestGroup request, boolean requireStable, ReplyTo<OffsetFetchResponseGroup> reply)
            implements GroupCommand {}

    record DeleteOffsets(OffsetDeleteRequestData request, ReplyTo<OffsetDeleteResponseData> reply)
            implements GroupCommand {}

    /** All that belong to one partition. */
    record Describe(List<String> groupIds, short version, ReplyTo<List<DescribedGroup>> reply)
            implements GroupCommand {}

    /** Those that belong to one partition. */
    record ListAll(ListGroupsRequestData request, ReplyTo<ListGroupsResponseData> reply) implements GroupCommand {}

    /** All that belong to one partition. */
    record DeleteGroups(List<String> groupIds, ReplyTo<List<DeletableGroupResult>> reply) implements GroupCommand {}

    /** Their offsets are to go. */
    record TopicsDeleted(Map<String, TopicId> idByName) implements GroupCommand {}

    record Configure(GroupSettings settings) implements GroupCommand {}
}
