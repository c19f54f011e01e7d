package io.ottla.broker;

import java.util.Optional;

/** What has a configuration, by the numbers of the protocol ({@code ConfigResource.Type}). */
enum ResourceType {
    TOPIC(2),
    BROKER(4),
    BROKER_LOGGER(8),
    CLIENT_METRICS(16),
    GROUP(32);

    private final byte code;

    ResourceType(int code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }

    static Optional<ResourceType> of(byte code) {
        for (ResourceType type : values()) {
            if (type.code == code) return Optional.of(type);
        }
        return Optional.empty();
    }
}
