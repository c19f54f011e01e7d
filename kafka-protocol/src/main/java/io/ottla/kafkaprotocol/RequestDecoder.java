package io.ottla.kafkaprotocol;

import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.RequestHeaderData;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.types.Schema;

/**
 * Makes a request of a frame.
 *
 * <pre>
 * frame  := header body                          (the length before it is {@link io.ottla.base.Network}'s)
 * header := int16 apiKey, int16 apiVersion, int32 correlationId      (version 0)
 *           nullable string clientId                                 (from 1)
 *           tags                                                     (from 2: the flexible versions, KIP-482)
 * body   := the message of that API and version; what follows it is ignored, as in Kafka
 * </pre>
 *
 * Before anything is allocated for a request, its bytes are walked and proven to be a message ({@link WireShape}): no
 * count or length is believed. What is allocated then is bounded by {@link #ELEMENTS_MAX}.
 *
 * <p>Belongs to one loop.
 */
public final class RequestDecoder {
    /** How many elements of arrays, and tagged fields, a request may have in all. An element is some 100 bytes of memory at most, beside its own bytes. */
    public static final int ELEMENTS_MAX = 1 << 20;

    /** How many bytes of tagged fields that nobody knows a request may have. */
    public static final int UNKNOWN_TAG_BYTES_MAX = 64 * 1024;

    private static final int KEY_AND_VERSION_BYTES = 4;
    private static final int CONTROLLED_SHUTDOWN_KEY = 7;

    /** Which versions of which APIs are decoded at all. */
    @FunctionalInterface
    public interface Served {
        boolean serves(ApiMessageType api, short version);

        /** All that the messages have, but for those that are not stable yet. */
        static Served allStable() {
            return (api, version) ->
                    version >= api.lowestSupportedVersion() && version <= api.highestSupportedVersion(false);
        }
    }

    private final Served served;
    private final Map<ApiMessageType, WireShape[]> shapes = new EnumMap<>(ApiMessageType.class);
    private final WireShape[] headerShapes = new WireShape[RequestHeaderData.SCHEMAS.length];

    public RequestDecoder(Served served) {
        this.served = served;
    }

    /** @param frame from its position to its limit; what comes out has views of it */
    public Decoded decode(ByteBuffer frame) {
        if (frame.remaining() < KEY_AND_VERSION_BYTES) return new Decoded.Malformed("no room for a request header");
        short key = frame.getShort(frame.position());
        short version = frame.getShort(frame.position() + 2);
        ApiMessageType api = api(key);
        if (api == null) return new Decoded.Malformed("unknown API key " + key);
        boolean isServed = served.serves(api, version);
        if (!isServed && api != ApiMessageType.API_VERSIONS)
            return new Decoded.Malformed("version " + version + " of " + api.name + " is not served");
        try {
            RequestHeaderData header = header(frame, headerVersion(api, version));
            if (!isServed) return new Decoded.UnsupportedApiVersions(header);
            check(bodyShape(api, version), frame);
            return new Decoded.Request(header, api, read(api.newRequest(), frame, version));
        } catch (MalformedException e) {
            return new Decoded.Malformed(api.name + " v" + version + ": " + e.getMessage());
        }
    }

    private RequestHeaderData header(ByteBuffer frame, short headerVersion) throws MalformedException {
        if (headerShapes[headerVersion] == null)
            headerShapes[headerVersion] = WireShape.of(RequestHeaderData.SCHEMAS, headerVersion);
        check(headerShapes[headerVersion], frame);
        RequestHeaderData header = new RequestHeaderData(new ByteBufferAccessor(frame), headerVersion);
        return header.clientId() == null ? header.setClientId("") : header;
    }

    private static ApiMessage read(ApiMessage body, ByteBuffer frame, short version) throws MalformedException {
        try {
            body.read(new ByteBufferAccessor(frame), version);
            return body;
        } catch (RuntimeException unreadable) { // generated readers have no type of their own
            throw MalformedException.UNREADABLE;
        }
    }

    private static void check(WireShape shape, ByteBuffer bytes) throws MalformedException {
        shape.walk(new WireCursor(bytes, ELEMENTS_MAX, UNKNOWN_TAG_BYTES_MAX));
    }

    private WireShape bodyShape(ApiMessageType api, short version) {
        Schema[] schemas = api.requestSchemas();
        WireShape[] ofApi = shapes.computeIfAbsent(api, absent -> new WireShape[schemas.length]);
        if (ofApi[version] == null) ofApi[version] = WireShape.of(schemas, version);
        return ofApi[version];
    }

    private static ApiMessageType api(short key) {
        try {
            return ApiMessageType.fromApiKey(key);
        } catch (UnsupportedVersionException unknown) {
            return null;
        }
    }

    /** The version of the request header that goes with a request. */
    static short headerVersion(ApiMessageType api, short version) {
        // the one request without a client id (Kafka 3.9: ApiMessageTypeGenerator.java)
        if (api.apiKey() == CONTROLLED_SHUTDOWN_KEY && version == 0) return 0;
        return api.requestHeaderVersion(version);
    }
}
