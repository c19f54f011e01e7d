package io.ottla.broker;

import io.ottla.coordinator.GroupCommand;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.HeartbeatRequestData;
import io.ottla.kafkamessages.HeartbeatResponseData;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;

/** Heartbeat 0–4: a member of a classic group is alive, and learns of rebalances. 3: static members. */
public final class HeartbeatHandler implements RequestHandler<HeartbeatRequestData, HeartbeatResponseData> {
    private final GroupHost groups;

    public HeartbeatHandler(GroupHost groups) {
        this.groups = groups;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.HEARTBEAT;
    }

    @Override
    public List<Need> needs(HeartbeatRequestData body) {
        return List.of(Need.onGroup(AclOperation.READ, body.groupId()));
    }

    @Override
    public void handle(Request<HeartbeatRequestData> request, Reply<HeartbeatResponseData> reply) {
        groups.request(request.body().groupId(), new GroupCommand.Heartbeat(request.body(), reply::send));
    }
}
