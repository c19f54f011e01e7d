package org.apache.zookeeper.client;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Stands in front of the class of the same name of client 3.4.14, which reads host names out of
 * InetSocketAddress.toString(), and so finds no server since Java 14 writes that otherwise (ZOOKEEPER-3779). Nothing
 * of what goes over the wire is touched.
 */
public final class StaticHostProvider implements HostProvider {
    private final List<InetSocketAddress> servers = new ArrayList<>();
    private int last = -1;

    public StaticHostProvider(Collection<InetSocketAddress> unresolved) {
        for (InetSocketAddress server : unresolved)
            servers.add(new InetSocketAddress(server.getHostString(), server.getPort()));
    }

    @Override
    public int size() {
        return servers.size();
    }

    @Override
    public InetSocketAddress next(long spinDelay) {
        last = (last + 1) % servers.size();
        if (last == 0 && spinDelay > 0) {
            try {
                Thread.sleep(spinDelay);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        return servers.get(last);
    }

    @Override
    public void onConnected() {}
}
