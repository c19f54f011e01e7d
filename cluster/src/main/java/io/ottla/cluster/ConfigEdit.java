package io.ottla.cluster;

import java.util.Map;
import java.util.function.Function;

/**
 * A change of one entity's configuration.
 *
 * @param edit from what is set now to what shall be set, or to the reason why not. Pure
 */
public record ConfigEdit(ConfigEntity entity, Function<Map<String, String>, Answer<Map<String, String>>> edit) {}
