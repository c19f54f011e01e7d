package io.ottla.broker;

import io.ottla.kafkamessages.AlterConfigsRequestData;
import io.ottla.kafkamessages.AlterConfigsRequestData.AlterConfigsResource;
import io.ottla.kafkamessages.AlterConfigsResponseData;
import io.ottla.kafkamessages.AlterConfigsResponseData.AlterConfigsResourceResponse;
import io.ottla.kafkamessages.ApiMessageType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.acl.AclOperation;

/**
 * AlterConfigs 0–2: sets the whole configuration of a resource; what is not named goes. The Java client has dropped it,
 * others use it.
 *
 * <ul>
 *   <li>1: throttle time may come before the answer takes effect
 *   <li>2: flexible
 * </ul>
 */
final class AlterConfigsHandler implements RequestHandler<AlterConfigsRequestData, AlterConfigsResponseData> {
    private static final List<Need> NEEDS = List.of(
            Need.onEach(AclOperation.ALTER_CONFIGS, Guarded.TOPIC),
            Need.onEach(AclOperation.ALTER_CONFIGS, Guarded.GROUP),
            Need.onEach(AclOperation.ALTER_CONFIGS, Guarded.CLUSTER));

    private final ConfigAlteration alteration;

    AlterConfigsHandler(ConfigAlteration alteration) {
        this.alteration = alteration;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.ALTER_CONFIGS;
    }

    @Override
    public List<Need> needs(AlterConfigsRequestData body) {
        return NEEDS;
    }

    @Override
    public void handle(Request<AlterConfigsRequestData> request, Reply<AlterConfigsResponseData> reply) {
        List<ConfigAlteration.Resource> resources = new ArrayList<>();
        for (AlterConfigsResource resource : request.body().resources()) {
            List<ConfigAlteration.Change> changes = new ArrayList<>();
            resource.configs()
                    .forEach(config -> changes.add(new ConfigAlteration.Change(
                            config.name(),
                            (byte) ConfigAlteration.Operation.SET.ordinal(),
                            Optional.ofNullable(config.value()))));
            resources.add(
                    new ConfigAlteration.Resource(resource.resourceType(), resource.resourceName(), changes, true));
        }
        alteration.alter(
                resources,
                request.body().validateOnly(),
                (resource, errorCode, message) -> new AlterConfigsResourceResponse()
                        .setResourceType(resource.type())
                        .setResourceName(resource.name())
                        .setErrorCode(errorCode)
                        .setErrorMessage(message),
                responses -> reply.send(new AlterConfigsResponseData().setResponses(responses)));
    }
}
