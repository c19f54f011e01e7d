package io.ottla.cluster;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * Names of users, clients and groups as znode names: percent-encoded, as Kafka's {@code Sanitizer} does, so that none
 * has a slash. Names of topics and numbers of brokers stand for themselves.
 */
final class ZnodeNames {
    private ZnodeNames() {}

    static String toZnode(String name) {
        // form encoding differs from percent encoding in the space, the star and the tilde
        return URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A")
                .replace("%7E", "~");
    }

    /** @throws MalformedZnodeException if it is not well encoded */
    static String fromZnode(String path, String znode) throws MalformedZnodeException {
        try {
            return URLDecoder.decode(znode.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new MalformedZnodeException(path, "its name is not percent-encoded: " + e.getMessage());
        }
    }
}
