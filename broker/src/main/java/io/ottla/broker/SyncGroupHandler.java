package io.ottla.broker;

import io.ottla.coordinator.GroupCommand;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.SyncGroupRequestData;
import io.ottla.kafkamessages.SyncGroupResponseData;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;

/**
 * SyncGroup 0–5: the leader brings the assignments of a generation, every member gets its own.
 *
 * <ul>
 *   <li>3: static members
 *   <li>5: protocol type and name, which must be there from then on
 * </ul>
 */
public final class SyncGroupHandler implements RequestHandler<SyncGroupRequestData, SyncGroupResponseData> {
    private static final short FIRST_WITH_PROTOCOL = 5;

    private final GroupHost groups;

    public SyncGroupHandler(GroupHost groups) {
        this.groups = groups;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.SYNC_GROUP;
    }

    @Override
    public List<Need> needs(SyncGroupRequestData body) {
        return List.of(Need.onGroup(AclOperation.READ, body.groupId()));
    }

    @Override
    public void handle(Request<SyncGroupRequestData> request, Reply<SyncGroupResponseData> reply) {
        SyncGroupRequestData body = request.body();
        boolean isMissing = body.protocolType() == null || body.protocolName() == null;
        if (request.version() >= FIRST_WITH_PROTOCOL && isMissing) {
            reply.send(new SyncGroupResponseData().setErrorCode(Errors.INCONSISTENT_GROUP_PROTOCOL.code()));
            return;
        }
        groups.request(body.groupId(), new GroupCommand.Sync(body, reply::send));
    }
}
