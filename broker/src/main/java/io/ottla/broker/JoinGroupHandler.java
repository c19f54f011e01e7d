package io.ottla.broker;

import io.ottla.coordinator.GroupCommand;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.JoinGroupRequestData;
import io.ottla.kafkamessages.JoinGroupResponseData;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;

/**
 * JoinGroup 0–9: becoming a member of a classic group; the answer comes when the group has rebalanced.
 *
 * <ul>
 *   <li>0: no rebalance timeout; the session timeout stands for it
 *   <li>1: rebalance timeout
 *   <li>4: new members first get an id (KIP-394)
 *   <li>5: static members (KIP-345)
 *   <li>7: protocol type and a protocol name that may be null in the answer
 *   <li>8: reason (KIP-800)
 *   <li>9: the leader may be told to skip the assignment (KIP-814)
 * </ul>
 */
public final class JoinGroupHandler implements RequestHandler<JoinGroupRequestData, JoinGroupResponseData> {
    private static final short FIRST_WITH_REBALANCE_TIMEOUT = 1;
    private static final short FIRST_WITH_NULL_PROTOCOL = 7;

    private final GroupHost groups;

    public JoinGroupHandler(GroupHost groups) {
        this.groups = groups;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.JOIN_GROUP;
    }

    @Override
    public List<Need> needs(JoinGroupRequestData body) {
        return List.of(Need.onGroup(AclOperation.READ, body.groupId()));
    }

    @Override
    public void handle(Request<JoinGroupRequestData> request, Reply<JoinGroupResponseData> reply) {
        JoinGroupRequestData body = request.body();
        short version = request.version();
        if (version < FIRST_WITH_REBALANCE_TIMEOUT) body.setRebalanceTimeoutMs(body.sessionTimeoutMs());
        GroupCommand.Client who = new GroupCommand.Client(request.clientId(), "/" + host(request.client()));
        groups.request(
                body.groupId(),
                new GroupCommand.Join(body, version, who, response -> reply.send(withName(response, version))));
    }

    private static String host(ClientConnection client) {
        return client.remote().isUnresolved()
                ? client.remote().getHostString()
                : client.remote().getAddress().getHostAddress();
    }

    private static JoinGroupResponseData withName(JoinGroupResponseData response, short version) {
        boolean isAbsent =
                response.protocolName() == null || response.protocolName().isEmpty();
        if (isAbsent) response.setProtocolName(version < FIRST_WITH_NULL_PROTOCOL ? "" : null);
        return response;
    }
}
