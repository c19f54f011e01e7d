package io.ottla.cluster;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The data of {@code /controller}: <code>{"version":2,"brokerid":1,"timestamp":"169…","kraftControllerEpoch":-1}</code>,
 * and of {@code /controller_epoch}: decimal text.
 *
 * @param brokerId of the controller
 * @param timestampMs when it became that
 */
record ControllerZnode(int brokerId, long timestampMs) {

    byte[] encode() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", 2);
        fields.put("brokerid", brokerId);
        fields.put("timestamp", Long.toString(timestampMs));
        fields.put("kraftControllerEpoch", -1);
        return ZnodeJson.encode(fields);
    }

    static ControllerZnode decode(String path, byte[] data) throws MalformedZnodeException {
        ZnodeJson json = ZnodeJson.parse(path, data);
        String timestamp = json.optionalStringAt("timestamp").orElse("-1");
        try {
            return new ControllerZnode(json.intAt("brokerid"), Long.parseLong(timestamp));
        } catch (NumberFormatException e) {
            throw json.wrong("timestamp", "milliseconds as text");
        }
    }

    static byte[] encodeEpoch(int epoch) {
        return Integer.toString(epoch).getBytes(StandardCharsets.UTF_8);
    }

    static int decodeEpoch(String path, byte[] data) throws MalformedZnodeException {
        String text = new String(data, StandardCharsets.UTF_8);
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new MalformedZnodeException(path, "'" + text + "' is not a number");
        }
    }
}
