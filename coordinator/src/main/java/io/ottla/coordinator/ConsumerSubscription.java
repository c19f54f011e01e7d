package io.ottla.coordinator;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the topics that consumers subscribed to from their metadata, as far as a coordinator needs to look into it:
 *
 * <pre>
 * version:int16 topics:int32×string …      (later versions only append)
 * </pre>
 *
 * Source: ConsumerProtocolSubscription.json.
 */
final class ConsumerSubscription {
    static final String PROTOCOL_TYPE = "consumer";

    private ConsumerSubscription() {}

    /** All topics that members of the group subscribed to; empty if it is not of consumers, or one is not readable. */
    static Optional<Set<String>> topics(ClassicGroup group) {
        if (!group.usesConsumerProtocol()) return Optional.empty();
        if (group.size() == 0) return Optional.of(Set.of());
        if (group.protocol().isEmpty()) return Optional.empty();
        Set<String> topics = new HashSet<>();
        for (ClassicMember member : group.members()) {
            if (!read(ByteBuffer.wrap(member.metadata(group.protocol().get())), topics)) return Optional.empty();
        }
        return Optional.of(topics);
    }

    private static boolean read(ByteBuffer metadata, Set<String> topics) {
        try {
            short version = metadata.getShort();
            if (version < 0) return false;
            for (int count = metadata.getInt(); count > 0; count--) {
                int length = metadata.getShort();
                if (length < 0 || length > metadata.remaining()) return false;
                topics.add(StandardCharsets.UTF_8
                        .decode(metadata.slice(metadata.position(), length))
                        .toString());
                metadata.position(metadata.position() + length);
            }
            return true;
        } catch (BufferUnderflowException truncated) {
            return false;
        }
    }
}
