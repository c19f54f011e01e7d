package io.ottla.broker;

import io.ottla.coordinator.GroupCommand;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.DescribeGroupsRequestData;
import io.ottla.kafkamessages.DescribeGroupsResponseData;
import io.ottla.kafkamessages.DescribeGroupsResponseData.DescribedGroup;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;

/**
 * DescribeGroups 0–6: state, members and assignments of classic groups.
 *
 * <ul>
 *   <li>3: what the client may do with the group, on request (KIP-430)
 *   <li>4: instance ids
 *   <li>6: a group that is not there is an error with a message (KIP-1043); before, it is Dead
 * </ul>
 */
public final class DescribeGroupsHandler
        implements RequestHandler<DescribeGroupsRequestData, DescribeGroupsResponseData> {
    private static final List<Need> NEEDS = List.of(Need.onEach(AclOperation.DESCRIBE, Guarded.GROUP));

    /** READ, DELETE, DESCRIBE, DESCRIBE_CONFIGS and ALTER_CONFIGS, as bits: all that can be done with a group. */
    private static final int ALL_OPERATIONS = 1 << 3 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11;

    private final GroupHost groups;

    public DescribeGroupsHandler(GroupHost groups) {
        this.groups = groups;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.DESCRIBE_GROUPS;
    }

    @Override
    public List<Need> needs(DescribeGroupsRequestData body) {
        return NEEDS;
    }

    @Override
    public void handle(Request<DescribeGroupsRequestData> request, Reply<DescribeGroupsResponseData> reply) {
        DescribeGroupsRequestData body = request.body();
        Gathering<List<DescribedGroup>> described = new Gathering<>(all -> {
            DescribeGroupsResponseData response = new DescribeGroupsResponseData();
            all.forEach(response.groups()::addAll);
            if (body.includeAuthorizedOperations()) response.groups().forEach(DescribeGroupsHandler::authorize);
            reply.send(response);
        });
        for (String groupId : body.groups()) {
            var one = described.expect();
            groups.request(groupId, new GroupCommand.Describe(List.of(groupId), request.version(), one::accept));
        }
        described.allAsked();
    }

    private static void authorize(DescribedGroup group) {
        if (group.errorCode() == 0) group.setAuthorizedOperations(ALL_OPERATIONS);
    }
}
