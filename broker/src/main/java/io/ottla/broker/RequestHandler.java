package io.ottla.broker;

import io.ottla.kafkamessages.ApiMessageType;
import java.util.List;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Serves one Kafka API. One class each, named after the API ({@code ProduceHandler}); its comment lists the versions
 * and what each of them added. ApiVersions is derived from the handlers that a broker has, so it cannot lie.
 *
 * @param <Q> the request's generated message
 * @param <R> the response's generated message
 */
public interface RequestHandler<Q extends ApiMessage, R extends ApiMessage> {

    ApiMessageType api();

    /** The lowest version served. */
    default short minVersion() {
        return api().lowestSupportedVersion();
    }

    /** The highest version served. */
    default short maxVersion() {
        return api().highestSupportedVersion(false);
    }

    /** The rights that this request needs; the gate asks for those on the whole of it before the handler is called. */
    List<Need> needs(Q body);

    /**
     * Answers one request, now or later, through {@code reply}, exactly once. Runs on the loop and must not block.
     *
     * <p>Byte ranges in the request (records, zero-copy bytes) are valid only during this call.
     */
    void handle(Request<Q> request, Reply<R> reply);
}
