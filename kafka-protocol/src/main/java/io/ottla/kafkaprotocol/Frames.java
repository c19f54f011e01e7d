package io.ottla.kafkaprotocol;

import io.ottla.base.Network.Payload;
import java.util.List;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/** {@code frame := int32 length of the rest, header, body}. */
final class Frames {
    private static final int LENGTH_BYTES = 4;

    private Frames() {}

    static List<Payload> encode(ApiMessage header, short headerVersion, ApiMessage body, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        MessageSizeAccumulator size = new MessageSizeAccumulator();
        header.addSize(size, cache, headerVersion);
        body.addSize(size, cache, version);
        PayloadWriter writer = new PayloadWriter(Math.addExact(LENGTH_BYTES, size.sizeExcludingZeroCopy()));
        writer.writeInt(size.totalSize());
        header.write(writer, cache, headerVersion);
        body.write(writer, cache, version);
        return writer.parts();
    }
}
