package io.ottla.base;

import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;

/** The counters of a node by name ({@code area.what_unit}, such as {@code network.received_bytes}). Any thread. */
public final class Counters {
    private final Map<String, Counter> byName = new ConcurrentSkipListMap<>();

    /** The counter of that name, made on first use. */
    public Counter counter(String name) {
        return byName.computeIfAbsent(name, absent -> new Counter());
    }

    /** Visits all, by name. */
    public void forEach(BiConsumer<String, Counter> visitor) {
        byName.forEach(visitor);
    }
}
