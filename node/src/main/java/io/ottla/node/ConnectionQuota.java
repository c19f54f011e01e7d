package io.ottla.node;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * How many connections there may be, over all listeners ({@code max.connections}) and from one address ({@code
 * max.connections.per.ip}). The limits may change while running; connections that there are stay.
 */
final class ConnectionQuota {
    private final IntSupplier connectionsMax;
    private final IntSupplier connectionsPerIpMax;
    private final Map<InetAddress, Integer> byIp = new HashMap<>();
    private int connections;

    ConnectionQuota(IntSupplier connectionsMax, IntSupplier connectionsPerIpMax) {
        this.connectionsMax = connectionsMax;
        this.connectionsPerIpMax = connectionsPerIpMax;
    }

    /** Counts one more from that address, if there may be one. */
    boolean admit(InetAddress ip) {
        if (connections >= connectionsMax.getAsInt()) return false;
        if (byIp.getOrDefault(ip, 0) >= connectionsPerIpMax.getAsInt()) return false;
        connections++;
        byIp.merge(ip, 1, Integer::sum);
        return true;
    }

    /** One that was admitted is gone. */
    void leave(InetAddress ip) {
        connections--;
        byIp.computeIfPresent(ip, (same, count) -> count == 1 ? null : Integer.valueOf(count - 1));
    }
}
