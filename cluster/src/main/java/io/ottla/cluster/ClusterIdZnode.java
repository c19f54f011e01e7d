package io.ottla.cluster;

import java.util.LinkedHashMap;
import java.util.Map;

/** The data of {@code /cluster/id}: <code>{"version":"1","id":"…"}</code>, the id being 22 characters of base64. */
public final class ClusterIdZnode {
    private ClusterIdZnode() {}

    public static byte[] encode(String clusterId) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", "1");
        fields.put("id", clusterId);
        return ZnodeJson.encode(fields);
    }

    /** @throws MalformedZnodeException if it is not of that form */
    public static String decode(String path, byte[] data) throws MalformedZnodeException {
        return ZnodeJson.parse(path, data).stringAt("id");
    }
}
