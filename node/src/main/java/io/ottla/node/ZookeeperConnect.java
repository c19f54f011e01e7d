package io.ottla.node;

import io.ottla.base.Secret;
import io.ottla.cluster.ExternalCoordination;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The keys of a Kafka {@code server.properties} that name an external ZooKeeper, as Kafka 3.9 has them.
 *
 * <pre>
 * zookeeper.connect = HOST [":" PORT] {"," HOST [":" PORT]} [CHROOT]      ; CHROOT begins with a slash
 * </pre>
 */
final class ZookeeperConnect {
    static final String KEY = "zookeeper.connect";
    private static final int SESSION_MS = 18_000;

    /** Kafka's names, and those that Apache's client has for the same; as in {@code ZkConfigs}. */
    private static final Map<String, String> TLS = Map.ofEntries(
            Map.entry("zookeeper.ssl.keystore.location", "zookeeper.ssl.keyStore.location"),
            Map.entry("zookeeper.ssl.keystore.password", "zookeeper.ssl.keyStore.password"),
            Map.entry("zookeeper.ssl.keystore.type", "zookeeper.ssl.keyStore.type"),
            Map.entry("zookeeper.ssl.truststore.location", "zookeeper.ssl.trustStore.location"),
            Map.entry("zookeeper.ssl.truststore.password", "zookeeper.ssl.trustStore.password"),
            Map.entry("zookeeper.ssl.truststore.type", "zookeeper.ssl.trustStore.type"),
            Map.entry("zookeeper.ssl.protocol", "zookeeper.ssl.protocol"),
            Map.entry("zookeeper.ssl.enabled.protocols", "zookeeper.ssl.enabledProtocols"),
            Map.entry("zookeeper.ssl.cipher.suites", "zookeeper.ssl.ciphersuites"),
            Map.entry("zookeeper.ssl.crl.enable", "zookeeper.ssl.crl"),
            Map.entry("zookeeper.ssl.ocsp.enable", "zookeeper.ssl.ocsp"));

    private ZookeeperConnect() {}

    /** Empty if the service is this node's own. */
    static Optional<ExternalCoordination.Settings> parse(Settings settings) throws InvalidConfigException {
        Optional<String> connect = settings.text(KEY);
        if (connect.isEmpty()) return Optional.empty();
        int slash = connect.get().indexOf('/');
        String servers = slash < 0 ? connect.get() : connect.get().substring(0, slash);
        String chroot = slash < 0 ? "" : connect.get().substring(slash);
        if (chroot.equals("/")) chroot = "";
        if (servers.isBlank() || chroot.endsWith("/") || chroot.contains("//"))
            throw new InvalidConfigException(
                    "%s: '%s' is not of the form host:2181,other:2181/path".formatted(KEY, connect.get()));
        for (String key : new String[] {"clientPort", "secureClientPort"}) {
            if (settings.isSet(key) && settings.integer(key, -1, -1, 65_535) >= 0)
                throw new InvalidConfigException(KEY + " names a ZooKeeper elsewhere, and " + key
                        + " asks this node for one; leave one of them out");
        }
        // many requests are under way at once in any case
        settings.know("zookeeper.max.in.flight.requests");
        settings.know("zookeeper.clientCnxnSocket");
        int sessionMs = settings.integer("zookeeper.session.timeout.ms", SESSION_MS, 1, Integer.MAX_VALUE);
        return Optional.of(new ExternalCoordination.Settings(
                servers,
                chroot,
                sessionMs,
                settings.integer("zookeeper.connection.timeout.ms", sessionMs, 1, Integer.MAX_VALUE),
                settings.flag("zookeeper.set.acl", false),
                tls(settings)));
    }

    private static Optional<Map<String, Secret>> tls(Settings settings) throws InvalidConfigException {
        Map<String, Secret> properties = new LinkedHashMap<>();
        TLS.forEach((kafkas, clients) ->
                settings.text(kafkas).ifPresent(value -> properties.put(clients, new Secret(value))));
        // Kafka turns the check of host names on if the key is not there, and off if it is empty
        boolean isChecked = !settings.all()
                .getOrDefault("zookeeper.ssl.endpoint.identification.algorithm", "HTTPS")
                .isBlank();
        settings.know("zookeeper.ssl.endpoint.identification.algorithm");
        properties.put(
                "zookeeper.ssl.hostnameVerification",
                new Secret(Boolean.toString(isChecked).toLowerCase(Locale.ROOT)));
        return settings.flag("zookeeper.ssl.client.enable", false) ? Optional.of(properties) : Optional.empty();
    }
}
