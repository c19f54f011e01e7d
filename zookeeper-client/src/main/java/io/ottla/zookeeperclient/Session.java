package io.ottla.zookeeperclient;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.zookeeper.AddWatchMode;
import org.apache.zookeeper.AsyncCallback;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Op;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.client.ConnectStringParser;
import org.apache.zookeeper.client.StaticHostProvider;
import org.apache.zookeeper.client.ZKClientConfig;
import org.apache.zookeeper.data.Stat;

/**
 * One session of Apache's client. The client has threads of its own; everything that they tell comes here on the loop,
 * in the order in which it came from the server: events before the answers that show their change.
 */
final class Session {
    private final ZooKeeper client;
    private final Consumer<Runnable> loop;

    interface Answer<T> {
        void answered(Code code, T value);
    }

    /** A node as it was read, or nothing. */
    record Read(byte[] data, Stat stat) {}

    /**
     * Begins to connect, and returns at once.
     *
     * @param loop runs tasks on the loop, in order
     * @param states is told what becomes of the session
     * @param names is told of each name of a server whether it has an address
     * @throws IOException if the names of the servers cannot be understood
     */
    Session(
            String servers,
            int timeoutMs,
            Map<String, String> properties,
            Consumer<Runnable> loop,
            Consumer<Watcher.Event.KeeperState> states,
            Names names)
            throws IOException {
        this.loop = loop;
        ZKClientConfig config = new ZKClientConfig();
        properties.forEach(config::setProperty);
        try {
            client = new ZooKeeper(
                    servers,
                    timeoutMs,
                    event -> {
                        if (event.getType() == Watcher.Event.EventType.None)
                            loop.accept(() -> states.accept(event.getState()));
                    },
                    false,
                    new StaticHostProvider(
                            new ConnectStringParser(servers).getServerAddresses(), name -> addresses(name, names)),
                    config);
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    interface Names {
        void looked(String name, boolean isKnown);
    }

    /** As the client itself does it, without its stack trace for each attempt. */
    private InetAddress[] addresses(String name, Names names) {
        InetAddress[] found;
        try {
            found = InetAddress.getAllByName(name);
        } catch (UnknownHostException e) {
            found = new InetAddress[0];
        }
        boolean isKnown = found.length > 0;
        loop.accept(() -> names.looked(name, isKnown));
        return found;
    }

    private static Code code(int number) {
        Code code = Code.get(number);
        return code == null ? Code.SYSTEMERROR : code;
    }

    void multi(List<Op> operations, Answer<List<OpResult>> answer) {
        client.multi(
                operations,
                (number, path, context, results) ->
                        loop.accept(() -> answer.answered(code(number), results == null ? List.of() : results)),
                null);
    }

    /** @param changed is told of each change at or below the path: the path, and the zxid if the server says it, or −1 */
    void watch(String path, Changed changed, Consumer<Code> answer) {
        Watcher watcher = event -> {
            if (event.getType() != Watcher.Event.EventType.None) loop.accept(() -> tell(event, changed));
        };
        client.addWatch(
                path,
                watcher,
                AddWatchMode.PERSISTENT_RECURSIVE,
                (number, same, context) -> loop.accept(() -> answer.accept(code(number))),
                null);
    }

    interface Changed {
        void changed(String path, long zxid);
    }

    private static void tell(WatchedEvent event, Changed changed) {
        changed.changed(event.getPath(), event.getZxid());
    }

    /** {@link Code#NONODE} is an answer too. */
    void read(String path, Answer<Optional<Read>> answer) {
        AsyncCallback.DataCallback callback = (number, same, context, data, stat) -> loop.accept(() -> answer.answered(
                code(number),
                stat == null || number != 0
                        ? Optional.empty()
                        : Optional.of(new Read(data == null ? new byte[0] : data, stat))));
        client.getData(path, false, callback, null);
    }

    void children(String path, Answer<List<String>> answer) {
        AsyncCallback.ChildrenCallback callback = (number, same, context, children) ->
                loop.accept(() -> answer.answered(code(number), children == null ? List.of() : children));
        client.getChildren(path, false, callback, null);
    }

    /** Afterwards reads show all that was committed before the call. */
    void sync(Consumer<Code> answer) {
        client.sync("/", (number, path, context) -> loop.accept(() -> answer.accept(code(number))), null);
    }

    /** Ends the session; its ephemeral nodes go. Blocks. */
    void close() throws IOException {
        try {
            client.close();
        } catch (InterruptedException e) {
            throw new IOException("interrupted while the session with ZooKeeper was closed", e);
        }
    }
}
