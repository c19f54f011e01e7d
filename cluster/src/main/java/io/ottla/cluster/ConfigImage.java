package io.ottla.cluster;

import java.util.Map;

/**
 * The dynamic configuration of one entity.
 *
 * @param values only what was set
 * @param version of its znode; {@link #ABSENT} if it has none
 */
public record ConfigImage(Map<String, String> values, int version) {
    public static final int ABSENT = -1;

    public static final ConfigImage NONE = new ConfigImage(Map.of(), ABSENT);
}
