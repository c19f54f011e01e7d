package io.ottla.broker;

import io.ottla.cluster.ClusterFollower;
import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.TopicNames;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.DescribeConfigsRequestData;
import io.ottla.kafkamessages.DescribeConfigsRequestData.DescribeConfigsResource;
import io.ottla.kafkamessages.DescribeConfigsResponseData;
import io.ottla.kafkamessages.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import io.ottla.kafkamessages.DescribeConfigsResponseData.DescribeConfigsResult;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;

/**
 * DescribeConfigs 0–4: what is configured, and where it comes from.
 *
 * <ul>
 *   <li>0: whether a value is the default
 *   <li>1: its source, and synonyms (KIP-226)
 *   <li>3: types and documentation (KIP-569)
 *   <li>4: flexible
 * </ul>
 *
 * Topics, this broker, the defaults of all brokers, loggers, groups, subscriptions to clients' metrics.
 */
final class DescribeConfigsHandler implements RequestHandler<DescribeConfigsRequestData, DescribeConfigsResponseData> {
    private static final List<Need> NEEDS = List.of(
            Need.onEach(AclOperation.DESCRIBE_CONFIGS, Guarded.TOPIC),
            Need.onEach(AclOperation.DESCRIBE_CONFIGS, Guarded.GROUP),
            Need.onEach(AclOperation.DESCRIBE_CONFIGS, Guarded.CLUSTER));

    private final ClusterFollower follower;
    private final LiveConfigs configs;
    private final LoggerConfigs loggers;

    DescribeConfigsHandler(ClusterFollower follower, LiveConfigs configs, LoggerConfigs loggers) {
        this.follower = follower;
        this.configs = configs;
        this.loggers = loggers;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.DESCRIBE_CONFIGS;
    }

    @Override
    public List<Need> needs(DescribeConfigsRequestData body) {
        return NEEDS;
    }

    @Override
    public void handle(Request<DescribeConfigsRequestData> request, Reply<DescribeConfigsResponseData> reply) {
        ClusterImage image = follower.image();
        DescribeConfigsRequestData body = request.body();
        ConfigDescription description =
                new ConfigDescription(configs.now(), image, body.includeSynonyms(), body.includeDocumentation());
        DescribeConfigsResponseData response = new DescribeConfigsResponseData();
        for (DescribeConfigsResource resource : body.resources()) {
            DescribeConfigsResult result = new DescribeConfigsResult()
                    .setResourceType(resource.resourceType())
                    .setResourceName(resource.resourceName());
            try {
                result.setConfigs(wanted(resource, describe(resource, description)));
            } catch (Refusal refusal) {
                result.setErrorCode(refusal.error.code()).setErrorMessage(refusal.getMessage());
            }
            // version 0 has only this of the source, later ones must not have it
            if (request.version() > 0) result.configs().forEach(config -> config.setIsDefault(false));
            response.results().add(result);
        }
        reply.send(response);
    }

    private List<DescribeConfigsResourceResult> describe(
            DescribeConfigsResource resource, ConfigDescription description) throws Refusal {
        String name = resource.resourceName();
        Optional<ResourceType> type = ResourceType.of(resource.resourceType());
        if (type.isEmpty())
            throw new Refusal(Errors.INVALID_REQUEST, "Unsupported resource type: " + resource.resourceType());
        switch (type.get()) {
            case TOPIC -> {
                Optional<String> flaw = TopicNames.flaw(name);
                if (flaw.isPresent()) throw new Refusal(Errors.INVALID_TOPIC_EXCEPTION, flaw.get());
                if (description.image().topic(name).isEmpty())
                    throw new Refusal(Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.UNKNOWN_TOPIC_OR_PARTITION.message());
                return description.topic(name);
            }
            case BROKER -> {
                if (name.isEmpty()) return description.brokerDefaults();
                checkBroker(name, "or empty string, but received");
                return description.broker();
            }
            case BROKER_LOGGER -> {
                if (name.isEmpty()) throw new Refusal(Errors.INVALID_REQUEST, "Broker id must not be empty");
                checkBroker(name, "but received");
                return loggers.describe();
            }
            case CLIENT_METRICS -> {
                if (name.isEmpty())
                    throw new Refusal(Errors.INVALID_REQUEST, "Client metrics subscription name must not be empty");
                return description.clientMetrics(name);
            }
            case GROUP -> {
                if (name.isEmpty()) throw new Refusal(Errors.INVALID_REQUEST, "Group name must not be empty");
                return description.group(name);
            }
        }
        throw new IllegalStateException("all types are there");
    }

    private void checkBroker(String name, String butReceived) throws Refusal {
        int id;
        try {
            id = Integer.parseInt(name);
        } catch (NumberFormatException e) {
            throw new Refusal(Errors.INVALID_REQUEST, "Broker id must be an integer, but it is: " + name);
        }
        if (id != configs.now().brokerId())
            throw new Refusal(
                    Errors.INVALID_REQUEST,
                    "Unexpected broker id, expected " + configs.now().brokerId() + " " + butReceived + " " + name);
    }

    private static List<DescribeConfigsResourceResult> wanted(
            DescribeConfigsResource resource, List<DescribeConfigsResourceResult> all) {
        List<String> keys = resource.configurationKeys();
        if (keys == null || keys.isEmpty()) return all;
        Set<String> asked = new HashSet<>(keys);
        return all.stream().filter(result -> asked.contains(result.name())).toList();
    }
}
