package io.ottla.broker;

import io.ottla.coordinator.GroupCommand;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.DeleteGroupsRequestData;
import io.ottla.kafkamessages.DeleteGroupsResponseData;
import io.ottla.kafkamessages.DeleteGroupsResponseData.DeletableGroupResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.acl.AclOperation;

/** DeleteGroups 0–3 (KIP-229): groups without members go, with their offsets. 3: error messages. */
public final class DeleteGroupsHandler implements RequestHandler<DeleteGroupsRequestData, DeleteGroupsResponseData> {
    private static final List<Need> NEEDS = List.of(Need.onEach(AclOperation.DELETE, Guarded.GROUP));

    private final GroupHost groups;

    public DeleteGroupsHandler(GroupHost groups) {
        this.groups = groups;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.DELETE_GROUPS;
    }

    @Override
    public List<Need> needs(DeleteGroupsRequestData body) {
        return NEEDS;
    }

    @Override
    public void handle(Request<DeleteGroupsRequestData> request, Reply<DeleteGroupsResponseData> reply) {
        Map<Integer, List<String>> byPartition = new LinkedHashMap<>();
        for (String groupId : new LinkedHashSet<>(request.body().groupsNames()))
            byPartition
                    .computeIfAbsent(groups.partitionFor(groupId), absent -> new ArrayList<>())
                    .add(groupId);
        Gathering<List<DeletableGroupResult>> deleted = new Gathering<>(all -> {
            DeleteGroupsResponseData response = new DeleteGroupsResponseData();
            all.forEach(response.results()::addAll);
            reply.send(response);
        });
        byPartition.forEach((partition, groupIds) -> {
            var some = deleted.expect();
            groups.request(partition, new GroupCommand.DeleteGroups(groupIds, some::accept));
        });
        deleted.allAsked();
    }
}
