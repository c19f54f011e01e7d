package io.ottla.cluster;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** The data of {@code /config/TYPE/NAME}: <code>{"version":1,"config":{"retention.ms":"1000"}}</code>. */
final class ConfigZnode {
    private ConfigZnode() {}

    static byte[] encode(Map<String, String> config) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", 1);
        fields.put("config", new TreeMap<>(config));
        return ZnodeJson.encode(fields);
    }

    /** An empty znode is an empty configuration, as Kafka reads it. */
    static Map<String, String> decode(String path, byte[] data) throws MalformedZnodeException {
        if (data.length == 0) return Map.of();
        ZnodeJson json = ZnodeJson.parse(path, data);
        if (json.intAt("version") != 1) throw json.wrong("version", "1");
        return Map.copyOf(json.stringMapAt("config"));
    }

    /** The data of {@code /config/changes/config_change_N}: <code>{"version":2,"entity_path":"topics/t"}</code>. */
    static byte[] notification(ConfigEntity entity) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", 2);
        fields.put("entity_path", entity.entityPath());
        return ZnodeJson.encode(fields);
    }
}
