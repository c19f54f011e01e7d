package io.ottla.broker;

import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.IncrementalAlterConfigsRequestData;
import io.ottla.kafkamessages.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import io.ottla.kafkamessages.IncrementalAlterConfigsResponseData;
import io.ottla.kafkamessages.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.acl.AclOperation;

/**
 * IncrementalAlterConfigs 0–1: sets, deletes, appends to and subtracts from single values (KIP-339).
 *
 * <ul>
 *   <li>1: flexible
 * </ul>
 */
final class IncrementalAlterConfigsHandler
        implements RequestHandler<IncrementalAlterConfigsRequestData, IncrementalAlterConfigsResponseData> {
    private static final List<Need> NEEDS = List.of(
            Need.onEach(AclOperation.ALTER_CONFIGS, Guarded.TOPIC),
            Need.onEach(AclOperation.ALTER_CONFIGS, Guarded.GROUP),
            Need.onEach(AclOperation.ALTER_CONFIGS, Guarded.CLUSTER));

    private final ConfigAlteration alteration;

    IncrementalAlterConfigsHandler(ConfigAlteration alteration) {
        this.alteration = alteration;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.INCREMENTAL_ALTER_CONFIGS;
    }

    @Override
    public List<Need> needs(IncrementalAlterConfigsRequestData body) {
        return NEEDS;
    }

    @Override
    public void handle(
            Request<IncrementalAlterConfigsRequestData> request, Reply<IncrementalAlterConfigsResponseData> reply) {
        List<ConfigAlteration.Resource> resources = new ArrayList<>();
        for (AlterConfigsResource resource : request.body().resources()) {
            List<ConfigAlteration.Change> changes = new ArrayList<>();
            resource.configs()
                    .forEach(config -> changes.add(new ConfigAlteration.Change(
                            config.name(), config.configOperation(), Optional.ofNullable(config.value()))));
            resources.add(
                    new ConfigAlteration.Resource(resource.resourceType(), resource.resourceName(), changes, false));
        }
        alteration.alter(
                resources,
                request.body().validateOnly(),
                (resource, errorCode, message) -> new AlterConfigsResourceResponse()
                        .setResourceType(resource.type())
                        .setResourceName(resource.name())
                        .setErrorCode(errorCode)
                        .setErrorMessage(message),
                responses -> reply.send(new IncrementalAlterConfigsResponseData().setResponses(responses)));
    }
}
