package io.ottla.coordinator;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * A record of an internal topic:
 *
 * <pre>
 * key   = int16 type, key fields in version 0
 * value = int16 version, value fields     (or no value: a tombstone)
 * </pre>
 *
 * @param type what kind of record it is, as the key's first two bytes say
 * @param key a generated message of version 0
 * @param value empty for a tombstone
 */
public record CoordinatorRecord(short type, ApiMessage key, Optional<Value> value) {

    /** @param version that it was read in, or is to be written in */
    public record Value(ApiMessage message, short version) {}

    public static CoordinatorRecord of(short type, ApiMessage key, ApiMessage value, short version) {
        return new CoordinatorRecord(type, key, Optional.of(new Value(value, version)));
    }

    public static CoordinatorRecord tombstone(short type, ApiMessage key) {
        return new CoordinatorRecord(type, key, Optional.empty());
    }

    public byte[] keyBytes() {
        return prefixed(type, key, (short) 0);
    }

    public Optional<byte[]> valueBytes() {
        return value.map(present -> prefixed(present.version, present.message, present.version));
    }

    private static byte[] prefixed(short prefix, ApiMessage message, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer bytes = ByteBuffer.allocate(2 + message.size(cache, version));
        bytes.putShort(prefix);
        message.write(new ByteBufferAccessor(bytes), cache, version);
        return bytes.array();
    }
}
