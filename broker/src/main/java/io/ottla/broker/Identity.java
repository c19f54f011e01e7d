package io.ottla.broker;

import java.util.Map;

/** Who this broker is, as ApiVersions tells it. Asked anew for each request, since features change while running. */
public interface Identity {
    String clusterId();

    int nodeId();

    /** The features that are on in the whole cluster. */
    Features features();

    /**
     * @param epoch of the finalized features; −1 if none were ever set
     * @param supported by this broker: name to range of levels
     * @param finalized name to level
     */
    record Features(long epoch, Map<String, Levels> supported, Map<String, Short> finalized) {
        public static final Features NONE = new Features(-1, Map.of(), Map.of());
    }

    record Levels(short min, short max) {}
}
