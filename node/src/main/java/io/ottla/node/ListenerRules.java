package io.ottla.node;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** What the listeners of a broker may not be together, by the rules of Kafka's {@code SocketServerConfigs}; and what clients elsewhere will make of them. */
final class ListenerRules {
    private static final String MAP = "listener.security.protocol.map";
    private static final Set<String> PROTOCOLS = Set.of("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL");

    private ListenerRules() {}

    /** By name of the listener, in capitals like the protocol. */
    static Map<String, String> protocols(Map<String, String> all) throws InvalidConfigException {
        Map<String, String> protocols = new HashMap<>();
        for (String entry : Settings.items(all.getOrDefault(MAP, ""))) {
            String[] parts = entry.split(":", -1);
            if (parts.length != 2) throw new InvalidConfigException(MAP + ": '" + entry + "' is not NAME:PROTOCOL");
            String protocol = parts[1].strip().toUpperCase(Locale.ROOT);
            if (!PROTOCOLS.contains(protocol))
                throw new InvalidConfigException(MAP + ": '" + entry
                        + "' names no protocol; there are PLAINTEXT, SSL, SASL_PLAINTEXT and SASL_SSL");
            protocols.put(parts[0].strip().toUpperCase(Locale.ROOT), protocol);
        }
        return protocols;
    }

    /** @throws InvalidConfigException if two share a port; only an IPv4 and an IPv6 address may */
    static void checkPorts(List<ListenerConfig> listeners) throws InvalidConfigException {
        Map<Integer, List<ListenerConfig>> byPort = new TreeMap<>();
        for (ListenerConfig listener : listeners)
            if (listener.port() != 0)
                byPort.computeIfAbsent(listener.port(), port -> new ArrayList<>())
                        .add(listener);
        for (List<ListenerConfig> same : byPort.values()) {
            if (same.size() == 1 || (same.size() == 2 && isPair(same.getFirst(), same.getLast()))) continue;
            throw new InvalidConfigException(
                    "listeners: %s and %s are on one port; each listener needs a port of its own (or one of two is on an IPv4 address and the other on an IPv6 address)"
                            .formatted(same.getFirst(), same.get(1)));
        }
    }

    /** @throws InvalidConfigException if two doors that somebody asked for cannot both be bound */
    static void checkDoors(List<ListenerConfig> listeners, ZooConfig zookeeper) throws InvalidConfigException {
        Map<String, Address> doors = new LinkedHashMap<>();
        for (ListenerConfig listener : listeners)
            doors.put("listener " + listener.name(), new Address(listener.host(), listener.port()));
        for (ZooConfig.Door door : zookeeper.doors())
            if (door.isWanted()) doors.put(door.key(), new Address(door.host(), door.port()));
        zookeeper
                .admin()
                .filter(ZooConfig.Admin::isWanted)
                .ifPresent(door -> doors.put("admin.serverPort", new Address(door.host(), door.port())));
        zookeeper
                .metrics()
                .ifPresent(door -> doors.put("metricsProvider.httpPort", new Address(door.host(), door.port())));
        List<String> names = List.copyOf(doors.keySet());
        for (int i = 0; i < names.size(); i++) {
            for (String other : names.subList(0, i)) {
                if (doors.get(names.get(i)).excludes(doors.get(other)))
                    throw new InvalidConfigException("%s and %s are both on port %d; give one of them another"
                            .formatted(other, names.get(i), doors.get(other).port()));
            }
        }
    }

    private static boolean isPair(ListenerConfig one, ListenerConfig other) {
        return (Address.isIpv4(one.host()) && Address.isIpv6(other.host()))
                || (Address.isIpv6(one.host()) && Address.isIpv4(other.host()));
    }

    /** @throws InvalidConfigException if brokers are to use a listener that is not there */
    static void checkInterBroker(Map<String, String> all, Set<String> names) throws InvalidConfigException {
        String name = all.getOrDefault("inter.broker.listener.name", "").strip().toUpperCase(Locale.ROOT);
        if (!name.isEmpty() && !names.contains(name))
            throw new InvalidConfigException("inter.broker.listener.name: " + name
                    + " is not among the listeners, which are " + String.join(", ", names));
    }

    /**
     * What a person should know who connects from another machine.
     *
     * @param told what clients are told
     * @param isByName whether nobody said so, and it is this machine's name
     */
    static Optional<String> told(ListenerConfig listener, ListenerConfig told, boolean isByName) {
        if (Address.isLoopback(told.host()) && !Address.isLoopback(listener.host()))
            return Optional.of(
                    "listener %s takes clients from elsewhere, but tells them to go on at %s, where they are alone: only clients on this machine can use it, or through a tunnel. advertised.listeners=%s://HOST:%d tells them another"
                            .formatted(listener.name(), told.host(), listener.name(), listener.port()));
        if (isByName)
            return Optional.of(
                    "listener %s takes clients on all addresses of this machine, and tells them to go on at %s, which is its name: clients that cannot reach it by that name connect once and then fail. advertised.listeners=%s://HOST:%d tells them another"
                            .formatted(listener.name(), told.host(), listener.name(), listener.port()));
        return Optional.empty();
    }
}
