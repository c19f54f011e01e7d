package io.ottla.kafkaprotocol;

import io.ottla.base.Network.Payload;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.RequestHeaderData;
import java.util.List;
import org.apache.kafka.common.protocol.ApiMessage;

/** Makes a frame of a request: the client's side, for followers and for simulated clients. */
public final class RequestEncoder {
    private RequestEncoder() {}

    /** The frame with its length; for its grammar see {@link RequestDecoder}. */
    public static List<Payload> encode(
            ApiMessageType api, short version, int correlationId, String clientId, ApiMessage request) {
        RequestHeaderData header = new RequestHeaderData()
                .setRequestApiKey(api.apiKey())
                .setRequestApiVersion(version)
                .setCorrelationId(correlationId)
                .setClientId(clientId);
        return Frames.encode(header, RequestDecoder.headerVersion(api, version), request, version);
    }
}
