package io.ottla.broker;

import io.ottla.cluster.ClusterFollower;
import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.ConfigEntity;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.ListConfigResourcesRequestData;
import io.ottla.kafkamessages.ListConfigResourcesResponseData;
import io.ottla.kafkamessages.ListConfigResourcesResponseData.ConfigResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;

/**
 * ListConfigResources 0–1: what has a configuration (KIP-1142).
 *
 * <ul>
 *   <li>0: subscriptions to clients' metrics only; the API was named after them
 *   <li>1: of the types asked for, or of all
 * </ul>
 */
final class ListConfigResourcesHandler
        implements RequestHandler<ListConfigResourcesRequestData, ListConfigResourcesResponseData> {
    private static final List<Need> NEEDS = List.of(Need.onCluster(AclOperation.DESCRIBE_CONFIGS));

    private final ClusterFollower follower;

    ListConfigResourcesHandler(ClusterFollower follower) {
        this.follower = follower;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.LIST_CONFIG_RESOURCES;
    }

    @Override
    public List<Need> needs(ListConfigResourcesRequestData body) {
        return NEEDS;
    }

    @Override
    public void handle(Request<ListConfigResourcesRequestData> request, Reply<ListConfigResourcesResponseData> reply) {
        List<ResourceType> types = new ArrayList<>();
        if (request.version() == 0) types.add(ResourceType.CLIENT_METRICS);
        else
            for (byte code : request.body().resourceTypes()) {
                Optional<ResourceType> type = ResourceType.of(code);
                if (type.isEmpty()) {
                    reply.send(new ListConfigResourcesResponseData().setErrorCode(Errors.UNSUPPORTED_VERSION.code()));
                    return;
                }
                if (!types.contains(type.get())) types.add(type.get());
            }
        if (types.isEmpty()) types.addAll(List.of(ResourceType.values()));
        ListConfigResourcesResponseData response = new ListConfigResourcesResponseData();
        for (ResourceType type : types) {
            for (String name : names(type, follower.image()))
                response.configResources()
                        .add(new ConfigResource().setResourceName(name).setResourceType(type.code()));
        }
        reply.send(response);
    }

    private static List<String> names(ResourceType type, ClusterImage image) {
        List<String> names = new ArrayList<>();
        switch (type) {
            case TOPIC -> image.topics().forEach((name, topic) -> names.add(name));
            case BROKER, BROKER_LOGGER -> image.brokers().forEach((id, broker) -> names.add(Integer.toString(id)));
            case CLIENT_METRICS -> names.addAll(configured(ConfigEntity.Type.CLIENT_METRICS, image));
            case GROUP -> names.addAll(configured(ConfigEntity.Type.GROUPS, image));
        }
        return names;
    }

    private static List<String> configured(ConfigEntity.Type type, ClusterImage image) {
        List<String> names = new ArrayList<>();
        image.configs().forEachFrom(new ConfigEntity(type, ""), (entity, config) -> {
            boolean isOfType = entity.type() == type;
            if (isOfType && !config.values().isEmpty()) names.add(entity.name());
            return isOfType;
        });
        return names;
    }
}
