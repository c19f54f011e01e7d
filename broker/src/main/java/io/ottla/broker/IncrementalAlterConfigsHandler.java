package io.ottla.broker;

import io.ottla.cluster.Answer;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.IncrementalAlterConfigsRequestData;
import io.ottla.kafkamessages.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import io.ottla.kafkamessages.IncrementalAlterConfigsResponseData;
import io.ottla.kafkamessages.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * IncrementalAlterConfigs 0–1: sets, deletes, appends to and subtracts from single values (KIP-339).
 *
 * <ul>
 *   <li>1: flexible
 * </ul>
 */
final class IncrementalAlterConfigsHandler
        implements RequestHandler<IncrementalAlterConfigsRequestData, IncrementalAlterConfigsResponseData> {
    private final ConfigAlteration alteration;

    IncrementalAlterConfigsHandler(ConfigAlteration alteration) {
        this.alteration = alteration;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.INCREMENTAL_ALTER_CONFIGS;
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
        alteration.alter(resources, request.body().validateOnly(), answers -> {
            IncrementalAlterConfigsResponseData response = new IncrementalAlterConfigsResponseData();
            for (int i = 0; i < resources.size(); i++) {
                AlterConfigsResourceResponse result = new AlterConfigsResourceResponse()
                        .setResourceType(resources.get(i).type())
                        .setResourceName(resources.get(i).name())
                        .setErrorMessage(null);
                if (answers.get(i) instanceof Answer.Refused<Void> refused)
                    result.setErrorCode(refused.error().code()).setErrorMessage(refused.message());
                response.responses().add(result);
            }
            reply.send(response);
        });
    }
}
