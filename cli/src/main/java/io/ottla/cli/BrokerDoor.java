package io.ottla.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.utils.Utils;

/**
 * Whether a connection is refused. Kafka's clients try for many seconds before they say so, and then only that there was no
 * answer; a person who forgot to start the broker wants to know at once.
 */
final class BrokerDoor {
    /** A broker that is just starting is waited for that long. */
    private static final long REFUSED_MS_MAX = 700;

    private static final long PAUSE_MS = 50;

    /** Who does not answer in that time does not refuse either; the client has more patience. */
    private static final int CONNECT_MS_MAX = 300;

    private BrokerDoor() {}

    /**
     * @param addresses {@code HOST:PORT}, several with commas between
     * @return false if all of them refuse connections; true if one takes them, or that cannot be told
     */
    static boolean isOpen(String addresses) {
        List<InetSocketAddress> each = List.of(addresses.split(",", -1)).stream()
                .map(String::strip)
                .map(BrokerDoor::resolved)
                .flatMap(Optional::stream)
                .toList();
        if (each.isEmpty()) return true; // the client says what is wrong with them
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(REFUSED_MS_MAX);
        while (each.stream().allMatch(BrokerDoor::refuses)) {
            if (System.nanoTime() > deadlineNs) return false;
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return true;
            }
        }
        return true;
    }

    /** Empty if it is no address, or none that the system knows. */
    private static Optional<InetSocketAddress> resolved(String address) {
        String host = Utils.getHost(address);
        Integer port = Utils.getPort(address);
        if (host == null || port == null || port < 0 || port > 0xffff) return Optional.empty();
        InetSocketAddress found = new InetSocketAddress(host, port);
        return found.isUnresolved() ? Optional.empty() : Optional.of(found);
    }

    private static boolean refuses(InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(address, CONNECT_MS_MAX);
            return false;
        } catch (ConnectException refused) {
            return true;
        } catch (IOException other) {
            return false;
        }
    }
}
