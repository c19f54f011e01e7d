package io.ottla.coordinator;

import io.ottla.kafkamessages.DeleteGroupsResponseData.DeletableGroupResult;
import io.ottla.kafkamessages.DescribeGroupsResponseData.DescribedGroup;
import io.ottla.kafkamessages.HeartbeatResponseData;
import io.ottla.kafkamessages.JoinGroupResponseData;
import io.ottla.kafkamessages.LeaveGroupRequestData;
import io.ottla.kafkamessages.LeaveGroupResponseData;
import io.ottla.kafkamessages.OffsetCommitRequestData;
import io.ottla.kafkamessages.OffsetCommitResponseData;
import io.ottla.kafkamessages.OffsetDeleteResponseData;
import io.ottla.kafkamessages.OffsetFetchResponseData.OffsetFetchResponseGroup;
import io.ottla.kafkamessages.SyncGroupResponseData;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** The responses that say nothing but an error, in the form that each API has for it. */
final class GroupAnswers {
    private GroupAnswers() {}

    static JoinGroupResponseData join(String memberId, Errors error) {
        return new JoinGroupResponseData().setMemberId(memberId).setErrorCode(error.code());
    }

    static SyncGroupResponseData sync(Errors error) {
        return new SyncGroupResponseData().setErrorCode(error.code());
    }

    /** While the group loads, its members are given the benefit of the doubt. */
    static HeartbeatResponseData heartbeat(Errors error) {
        Errors told = error == Errors.COORDINATOR_LOAD_IN_PROGRESS ? Errors.NONE : error;
        return new HeartbeatResponseData().setErrorCode(told.code());
    }

    static LeaveGroupResponseData leave(Errors error) {
        return new LeaveGroupResponseData().setErrorCode(error.code());
    }

    static LeaveGroupResponseData.MemberResponse left(LeaveGroupRequestData.MemberIdentity member, Errors error) {
        return new LeaveGroupResponseData.MemberResponse()
                .setMemberId(member.memberId())
                .setGroupInstanceId(member.groupInstanceId())
                .setErrorCode(error.code());
    }

    /** The error stands at every partition, as the response has no other place. */
    static OffsetCommitResponseData commit(OffsetCommitRequestData request, Errors error) {
        OffsetCommitResponseData response = new OffsetCommitResponseData();
        for (OffsetCommitRequestData.OffsetCommitRequestTopic topic : request.topics()) {
            response.topics()
                    .add(new OffsetCommitResponseData.OffsetCommitResponseTopic()
                            .setName(topic.name())
                            .setTopicId(topic.topicId())
                            .setPartitions(topic.partitions().stream()
                                    .map(partition -> committed(partition.partitionIndex(), error))
                                    .toList()));
        }
        return response;
    }

    static OffsetCommitResponseData.OffsetCommitResponsePartition committed(int partition, Errors error) {
        return new OffsetCommitResponseData.OffsetCommitResponsePartition()
                .setPartitionIndex(partition)
                .setErrorCode(error.code());
    }

    /** Consumers before 3.9 do not retry COORDINATOR_NOT_AVAILABLE here, so they are sent to look again. */
    static OffsetFetchResponseGroup fetch(String groupId, Errors error) {
        Errors told = error == Errors.COORDINATOR_NOT_AVAILABLE ? Errors.NOT_COORDINATOR : error;
        return new OffsetFetchResponseGroup().setGroupId(groupId).setErrorCode(told.code());
    }

    static OffsetDeleteResponseData delete(Errors error) {
        return new OffsetDeleteResponseData().setErrorCode(error.code());
    }

    static List<DescribedGroup> describe(List<String> groupIds, Errors error) {
        return groupIds.stream()
                .map(groupId -> new DescribedGroup().setGroupId(groupId).setErrorCode(error.code()))
                .toList();
    }

    static List<DeletableGroupResult> deleteGroups(List<String> groupIds, Errors error) {
        return groupIds.stream()
                .map(groupId -> new DeletableGroupResult().setGroupId(groupId).setErrorCode(error.code()))
                .toList();
    }
}
