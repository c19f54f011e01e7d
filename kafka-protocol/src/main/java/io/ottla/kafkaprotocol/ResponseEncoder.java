package io.ottla.kafkaprotocol;

import io.ottla.base.Network.Payload;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.ResponseHeaderData;
import java.util.List;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Makes a frame of a response.
 *
 * <pre>
 * frame  := int32 length, header, body
 * header := int32 correlationId                  (version 0; ApiVersions has it always, KIP-511)
 *           tags                                 (from 1: the flexible versions)
 * </pre>
 */
public final class ResponseEncoder {
    private ResponseEncoder() {}

    /**
     * The frame with its length, in parts: memory of exactly the size needed, cut where {@link FileRecords} go out
     * uncopied.
     *
     * @param version of the request that is answered; error 35 for ApiVersions goes out as version 0
     * @throws org.apache.kafka.common.errors.UnsupportedVersionException if the response holds what this version
     *     cannot say: a fault of the handler
     */
    public static List<Payload> encode(ApiMessageType api, short version, int correlationId, ApiMessage response) {
        ResponseHeaderData header = new ResponseHeaderData().setCorrelationId(correlationId);
        return Frames.encode(header, api.responseHeaderVersion(version), response, version);
    }
}
