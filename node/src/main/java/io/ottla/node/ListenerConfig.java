package io.ottla.node;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One entry of {@code listeners} or {@code advertised.listeners}.
 *
 * <pre>
 * listeners = listener *("," listener)
 * listener  = name "://" [host] ":" port        ; host: a name, an IPv4 address, or an IPv6 address in brackets
 * </pre>
 *
 * @param name in capitals, such as {@code PLAINTEXT}
 * @param host empty for all addresses of the machine
 * @param port 0 for any free one (not when advertised)
 */
public record ListenerConfig(String name, String host, int port) {
    private static final Pattern LISTENER =
            Pattern.compile("(?<name>[A-Za-z0-9_.-]+)://(?<host>\\[[0-9a-fA-F:.%]+]|[^:/\\[\\]]*):(?<port>\\d{1,5})");
    private static final int PORT_MAX = 65_535;

    /** @param key the configuration's name, for the sentence when it cannot be understood */
    static List<ListenerConfig> parse(String key, String text) throws InvalidConfigException {
        List<ListenerConfig> listeners = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (String part : Settings.items(text)) {
            ListenerConfig listener = parseOne(key, part);
            if (!names.add(listener.name()))
                throw new InvalidConfigException(key + ": the name " + listener.name() + " is there twice");
            listeners.add(listener);
        }
        return List.copyOf(listeners);
    }

    private static ListenerConfig parseOne(String key, String text) throws InvalidConfigException {
        Matcher matcher = LISTENER.matcher(text);
        if (!matcher.matches())
            throw new InvalidConfigException(
                    key + ": '" + text + "' is not a listener; one looks like PLAINTEXT://localhost:9092");
        int port = Integer.parseInt(matcher.group("port"));
        if (port > PORT_MAX) throw new InvalidConfigException(key + ": " + port + " is not a port");
        String host = matcher.group("host");
        if (host.startsWith("[")) host = host.substring(1, host.length() - 1);
        return new ListenerConfig(matcher.group("name").toUpperCase(Locale.ROOT), host, port);
    }

    /**
     * @param map {@code listener.security.protocol.map}, from name to protocol; a name that is a protocol stands for itself
     * @return whether it is encrypted
     * @throws InvalidConfigException for a protocol that is not served
     */
    boolean isTls(Map<String, String> map) throws InvalidConfigException {
        String protocol = map.getOrDefault(name, name);
        return switch (protocol) {
            case "PLAINTEXT" -> false;
            case "SSL" -> true;
            case "SASL_PLAINTEXT", "SASL_SSL" ->
                throw new InvalidConfigException("listeners: " + name + " asks for " + protocol
                        + ", but only PLAINTEXT and SSL are served so far");
            default ->
                throw new InvalidConfigException("listeners: listener.security.protocol.map does not say what protocol "
                        + name + " has; add " + name + ":PLAINTEXT, or " + name + ":SSL, to it");
        };
    }

    /** All addresses of the machine, which cannot be advertised. */
    boolean isWildcard() {
        return Address.isWildcard(host);
    }

    ListenerConfig withHost(String other) {
        return new ListenerConfig(name, other, port);
    }

    ListenerConfig withPort(int other) {
        return new ListenerConfig(name, host, other);
    }

    /** {@code host:port}, as clients write it. */
    public String address() {
        return Address.text(host, port);
    }

    @Override
    public String toString() {
        return name + "://" + address();
    }
}
