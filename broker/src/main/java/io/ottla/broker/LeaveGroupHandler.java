package io.ottla.broker;

import io.ottla.coordinator.GroupCommand;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.LeaveGroupRequestData;
import io.ottla.kafkamessages.LeaveGroupRequestData.MemberIdentity;
import io.ottla.kafkamessages.LeaveGroupResponseData;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;

/**
 * LeaveGroup 0–5: members leave, or are made to.
 *
 * <ul>
 *   <li>before 3: one member, whose error is that of the response
 *   <li>3: several members, by id or by instance (KIP-345)
 *   <li>5: reason (KIP-800)
 * </ul>
 */
public final class LeaveGroupHandler implements RequestHandler<LeaveGroupRequestData, LeaveGroupResponseData> {
    private static final short FIRST_WITH_SEVERAL = 3;

    private final GroupHost groups;

    public LeaveGroupHandler(GroupHost groups) {
        this.groups = groups;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.LEAVE_GROUP;
    }

    @Override
    public List<Need> needs(LeaveGroupRequestData body) {
        return List.of(Need.onGroup(AclOperation.READ, body.groupId()));
    }

    @Override
    public void handle(Request<LeaveGroupRequestData> request, Reply<LeaveGroupResponseData> reply) {
        LeaveGroupRequestData body = request.body();
        if (request.version() >= FIRST_WITH_SEVERAL) {
            groups.request(body.groupId(), new GroupCommand.Leave(body, reply::send));
            return;
        }
        LeaveGroupRequestData single = new LeaveGroupRequestData()
                .setGroupId(body.groupId())
                .setMembers(List.of(new MemberIdentity().setMemberId(body.memberId())));
        groups.request(body.groupId(), new GroupCommand.Leave(single, response -> reply.send(ofSingle(response))));
    }

    private static LeaveGroupResponseData ofSingle(LeaveGroupResponseData response) {
        short error = response.errorCode();
        if (error == 0 && !response.members().isEmpty())
            error = response.members().getFirst().errorCode();
        return new LeaveGroupResponseData().setErrorCode(error);
    }
}
