package io.ottla.broker;

import io.ottla.kafkamessages.ApiMessageType;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The APIs that this broker serves, and by whom. What is not in here is not advertised. */
public final class HandlerRegistry {
    private final Map<ApiMessageType, RequestHandler<?, ?>> byApi = new EnumMap<>(ApiMessageType.class);

    /** @throws IllegalArgumentException if two handlers serve the same API */
    public HandlerRegistry(List<RequestHandler<?, ?>> handlers) {
        handlers.forEach(this::add);
    }

    void add(RequestHandler<?, ?> handler) {
        if (byApi.putIfAbsent(handler.api(), handler) != null)
            throw new IllegalArgumentException("two handlers for " + handler.api().name);
    }

    /** Who serves the API in that version; empty if nobody does. */
    public Optional<RequestHandler<?, ?>> find(ApiMessageType api, short version) {
        RequestHandler<?, ?> handler = byApi.get(api);
        if (handler == null || version < handler.minVersion() || version > handler.maxVersion())
            return Optional.empty();
        return Optional.of(handler);
    }

    boolean serves(ApiMessageType api, short version) {
        return find(api, version).isPresent();
    }

    /** All, in the order of their keys. */
    public Iterable<RequestHandler<?, ?>> all() {
        return byApi.values();
    }
}
