package io.ottla.node;

import java.util.Map;

/** What became of {@link Node#start}. */
public sealed interface StartResult {

    /**
     * The node serves.
     *
     * @param advertised where clients of each listener connect to, by its name; the ports are those bound
     */
    record Started(Map<String, ListenerConfig> advertised) implements StartResult {}

    /** The node does not run and holds nothing any more. */
    record Failed(String sentence) implements StartResult {}
}
