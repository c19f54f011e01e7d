package io.ottla.kafkaprotocol;

import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.ResponseHeaderData;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;

/** Makes a response of a frame: the client's side, for followers and for simulated clients, who trust the other side. */
public final class ResponseDecoder {
    private ResponseDecoder() {}

    /** A response, and which request it answers. */
    public record Response(int correlationId, ApiMessage body) {}

    /** The correlation id alone, to find out which request it was. */
    public static int correlationId(ByteBuffer frame) {
        return frame.getInt(frame.position());
    }

    /**
     * @param frame without its length; what comes out has views of it
     * @throws RuntimeException if the bytes are not that message
     */
    public static Response decode(ApiMessageType api, short version, ByteBuffer frame) {
        ByteBufferAccessor bytes = new ByteBufferAccessor(frame);
        ResponseHeaderData header = new ResponseHeaderData(bytes, api.responseHeaderVersion(version));
        ApiMessage body = api.newResponse();
        body.read(bytes, version);
        return new Response(header.correlationId(), body);
    }
}
