package io.ottla.broker;

import io.ottla.coordinator.GroupCommand;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.ListGroupsRequestData;
import io.ottla.kafkamessages.ListGroupsResponseData;
import java.util.List;
import org.apache.kafka.common.acl.AclOperation;

/**
 * ListGroups 0–5: the groups that this node coordinates.
 *
 * <ul>
 *   <li>4: states, and a filter on them (KIP-518)
 *   <li>5: types, and a filter on them (KIP-848)
 * </ul>
 */
public final class ListGroupsHandler implements RequestHandler<ListGroupsRequestData, ListGroupsResponseData> {
    /** DESCRIBE on the cluster is DESCRIBE on every group. */
    private static final List<Need> NEEDS = List.of(Need.onEach(AclOperation.DESCRIBE, Guarded.GROUP));

    private final GroupHost groups;

    public ListGroupsHandler(GroupHost groups) {
        this.groups = groups;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.LIST_GROUPS;
    }

    @Override
    public List<Need> needs(ListGroupsRequestData body) {
        return NEEDS;
    }

    @Override
    public void handle(Request<ListGroupsRequestData> request, Reply<ListGroupsResponseData> reply) {
        groups.whenTried(() -> list(request, reply));
    }

    private void list(Request<ListGroupsRequestData> request, Reply<ListGroupsResponseData> reply) {
        Gathering<ListGroupsResponseData> lists = new Gathering<>(all -> reply.send(joined(all)));
        for (int partition : groups.partitions()) {
            var list = lists.expect();
            groups.request(partition, new GroupCommand.ListAll(request.body(), list::accept));
        }
        lists.allAsked();
    }

    private static ListGroupsResponseData joined(List<ListGroupsResponseData> lists) {
        ListGroupsResponseData whole = new ListGroupsResponseData();
        for (ListGroupsResponseData list : lists) {
            if (list.errorCode() != 0) return new ListGroupsResponseData().setErrorCode(list.errorCode());
            whole.groups().addAll(list.groups());
        }
        return whole;
    }
}
