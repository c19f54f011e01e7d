package io.ottla.cluster;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A live broker; the data of {@code /brokers/ids/ID}, written as version 5:
 * <code>{"version":5,"host":"h","port":9092,"jmx_port":-1,"timestamp":"…","endpoints":["PLAINTEXT://h:9092"],
 * "rack":"r1","listener_security_protocol_map":{"PLAINTEXT":"PLAINTEXT"},"features":{}}</code>. Host and port are
 * {@code null} and −1 without a PLAINTEXT listener. Read are versions 2 and up.
 *
 * @param epoch the zxid that created the znode; rises with every registration
 * @param endpoints what is advertised, in the order of the configuration
 * @param timestampMs when it registered
 */
public record BrokerImage(int id, long epoch, List<Endpoint> endpoints, Optional<String> rack, long timestampMs) {

    /**
     * @param listener the name of the listener, such as {@code PLAINTEXT}
     * @param securityProtocol PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL
     */
    public record Endpoint(String listener, String securityProtocol, String host, int port) {

        /** {@code LISTENER://host:port}; a host with colons (IPv6) stands in brackets. */
        @Override
        public String toString() {
            return listener + "://" + (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
        }
    }

    public Optional<Endpoint> endpoint(String listener) {
        for (Endpoint endpoint : endpoints) {
            if (endpoint.listener.equals(listener)) return Optional.of(endpoint);
        }
        return Optional.empty();
    }

    byte[] encode() {
        Optional<Endpoint> plaintext = endpoints.stream()
                .filter(endpoint -> endpoint.securityProtocol.equals("PLAINTEXT"))
                .findFirst();
        Map<String, String> protocols = new LinkedHashMap<>();
        endpoints.forEach(endpoint -> protocols.put(endpoint.listener, endpoint.securityProtocol));
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("version", 5);
        fields.put("host", plaintext.map(Endpoint::host).orElse(null));
        fields.put("port", plaintext.map(Endpoint::port).orElse(-1));
        fields.put("jmx_port", -1);
        fields.put("timestamp", Long.toString(timestampMs));
        fields.put("endpoints", endpoints.stream().map(Endpoint::toString).toList());
        rack.ifPresent(known -> fields.put("rack", known));
        fields.put("listener_security_protocol_map", protocols);
        fields.put("features", Map.of());
        return ZnodeJson.encode(fields);
    }

    static BrokerImage decode(String path, int id, long czxid, byte[] data) throws MalformedZnodeException {
        ZnodeJson json = ZnodeJson.parse(path, data);
        if (json.intAt("version") < 2) throw json.wrong("version", "2 or more");
        Map<String, String> protocols = json.stringMapAt("listener_security_protocol_map");
        List<Endpoint> endpoints = new ArrayList<>();
        for (String text : json.stringsAt("endpoints")) endpoints.add(endpoint(json, text, protocols));
        String timestamp = json.optionalStringAt("timestamp").orElse("-1");
        return new BrokerImage(
                id, czxid, List.copyOf(endpoints), json.optionalStringAt("rack"), milliseconds(json, timestamp));
    }

    private static long milliseconds(ZnodeJson json, String text) throws MalformedZnodeException {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw json.wrong("timestamp", "milliseconds as text");
        }
    }

    private static Endpoint endpoint(ZnodeJson json, String text, Map<String, String> protocols)
            throws MalformedZnodeException {
        int scheme = text.indexOf("://");
        int colon = text.lastIndexOf(':');
        if (scheme <= 0 || colon <= scheme) throw json.wrong("endpoints", "a list of LISTENER://host:port");
        String listener = text.substring(0, scheme);
        String host = text.substring(scheme + 3, colon);
        if (host.startsWith("[") && host.endsWith("]")) host = host.substring(1, host.length() - 1);
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            // without a map (version 2 and 3) a listener is named after its protocol
            return new Endpoint(listener, protocols.getOrDefault(listener, listener), host, port);
        } catch (NumberFormatException e) {
            throw json.wrong("endpoints", "a list of LISTENER://host:port");
        }
    }
}
