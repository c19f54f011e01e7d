package io.ottla.broker;

import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.ApiVersionsRequestData;
import io.ottla.kafkamessages.ApiVersionsResponseData;
import io.ottla.kafkamessages.ApiVersionsResponseData.ApiVersion;
import io.ottla.kafkamessages.ApiVersionsResponseData.ApiVersionCollection;
import io.ottla.kafkamessages.ApiVersionsResponseData.FinalizedFeatureKey;
import io.ottla.kafkamessages.ApiVersionsResponseData.SupportedFeatureKey;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.kafka.common.protocol.Errors;

/**
 * ApiVersions 0–5: what this broker serves, derived from the handlers that it has.
 *
 * <ul>
 *   <li>1: throttle time
 *   <li>3: the client tells its software; features (KIP-511, KIP-584)
 *   <li>4: features whose lowest level is 0 (KAFKA-17011); before it they are left out
 *   <li>5: the client says which broker it means to talk to; another one is sent to bootstrap anew (KIP-1242)
 * </ul>
 *
 * <p>An unknown version is answered in version 0 with UNSUPPORTED_VERSION and all ranges, so that a client newer than
 * this broker learns what it may speak.
 */
final class ApiVersionsHandler implements RequestHandler<ApiVersionsRequestData, ApiVersionsResponseData> {
    private static final Pattern SOFTWARE = Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?");

    private final HandlerRegistry handlers;
    private final Identity identity;

    ApiVersionsHandler(HandlerRegistry handlers, Identity identity) {
        this.handlers = handlers;
        this.identity = identity;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.API_VERSIONS;
    }

    @Override
    public List<Need> needs(ApiVersionsRequestData body) {
        return List.of();
    }

    @Override
    public void handle(Request<ApiVersionsRequestData> request, Reply<ApiVersionsResponseData> reply) {
        ApiVersionsRequestData body = request.body();
        if (request.version() >= 3) {
            if (!isSoftware(body.clientSoftwareName()) || !isSoftware(body.clientSoftwareVersion())) {
                reply.send(failed(Errors.INVALID_REQUEST));
                return;
            }
            request.client().introduce(body.clientSoftwareName() + " " + body.clientSoftwareVersion());
        }
        if (request.version() >= 5 && isMeantForAnother(body)) {
            reply.send(failed(Errors.REBOOTSTRAP_REQUIRED));
            return;
        }
        reply.send(served(request.version()));
    }

    private static boolean isSoftware(String text) {
        return SOFTWARE.matcher(text).matches();
    }

    private boolean isMeantForAnother(ApiVersionsRequestData body) {
        if (body.clusterId() == null) return false;
        return !body.clusterId().equals(identity.clusterId())
                || (body.nodeId() >= 0 && body.nodeId() != identity.nodeId());
    }

    private static ApiVersionsResponseData failed(Errors error) {
        return new ApiVersionsResponseData().setErrorCode(error.code());
    }

    /** To a request in a version that is not served: to be sent in version 0. */
    ApiVersionsResponseData unsupported() {
        return served((short) 0).setErrorCode(Errors.UNSUPPORTED_VERSION.code());
    }

    private ApiVersionsResponseData served(short version) {
        ApiVersionsResponseData response = new ApiVersionsResponseData().setApiKeys(ranges());
        if (version < 3) return response;
        Identity.Features features = identity.features();
        response.setFinalizedFeaturesEpoch(features.epoch());
        features.supported().forEach((name, levels) -> {
            if (levels.min() == 0 && version < 4) return;
            response.supportedFeatures()
                    .add(new SupportedFeatureKey()
                            .setName(name)
                            .setMinVersion(levels.min())
                            .setMaxVersion(levels.max()));
        });
        features.finalized()
                .forEach((name, level) -> response.finalizedFeatures()
                        .add(new FinalizedFeatureKey()
                                .setName(name)
                                .setMinVersionLevel(level)
                                .setMaxVersionLevel(level)));
        return response;
    }

    private ApiVersionCollection ranges() {
        ApiVersionCollection ranges = new ApiVersionCollection();
        for (RequestHandler<?, ?> handler : handlers.all()) {
            ranges.add(new ApiVersion()
                    .setApiKey(handler.api().apiKey())
                    .setMinVersion(handler.minVersion())
                    .setMaxVersion(handler.maxVersion()));
        }
        return ranges;
    }
}
