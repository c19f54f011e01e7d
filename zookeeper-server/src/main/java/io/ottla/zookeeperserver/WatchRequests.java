package io.ottla.zookeeperserver;

import io.ottla.keeper.Keeper;
import io.ottla.keeper.Reads;
import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.WatchKind;
import io.ottla.keeper.api.WatcherType;
import io.ottla.keeper.watch.Watches;
import io.ottla.zookeeperprotocol.ClientReply;
import io.ottla.zookeeperprotocol.ClientRequest;
import io.ottla.zookeeperprotocol.ErrorCode;
import java.util.Optional;
import java.util.function.Predicate;

/** addWatch, setWatches, setWatches2, checkWatches, removeWatches. */
final class WatchRequests {
    private static final ClientReply.Number ADDED = new ClientReply.Number(0);

    private final Keeper keeper;

    WatchRequests(Keeper keeper) {
        this.keeper = keeper;
    }

    void serve(ClientConnection client, int xid, Caller caller, ClientRequest.Watch request) {
        Optional<ErrorCode> fault = keeper.reads().sessionFault(caller);
        if (fault.isPresent()) {
            end(client, xid, fault, new ClientReply.Nothing());
            return;
        }
        switch (request) {
            case ClientRequest.AddWatch add -> end(client, xid, add(client, caller, add), ADDED);
            case ClientRequest.CheckWatches check ->
                end(
                        client,
                        xid,
                        had(check.watcherType(), type -> keeper.watches().contains(check.path(), type, client)),
                        new ClientReply.Nothing());
            case ClientRequest.RemoveWatches remove ->
                end(
                        client,
                        xid,
                        had(remove.watcherType(), type -> keeper.watches().remove(remove.path(), type, client)),
                        new ClientReply.Nothing());
            case ClientRequest.SetWatches set -> {
                boolean all = keeper.watches()
                        .setAgain(
                                set.relativeZxid(),
                                set.data(),
                                set.exist(),
                                set.child(),
                                set.persistent(),
                                set.persistentRecursive(),
                                client);
                if (all) end(client, xid, Optional.empty(), new ClientReply.Nothing());
                else {
                    warnOfNoRoom(client);
                    client.cut("there is no room for its watches");
                }
            }
        }
    }

    private Optional<ErrorCode> add(ClientConnection client, Caller caller, ClientRequest.AddWatch add) {
        return switch (add.mode()) {
            case 0 -> keeper.reads().addWatch(caller, add.path(), WatchKind.PERSISTENT, client);
            case 1 -> keeper.reads().addWatch(caller, add.path(), WatchKind.PERSISTENT_RECURSIVE, client);
            default -> Optional.of(ErrorCode.MARSHALLING_ERROR);
        };
    }

    private static Optional<ErrorCode> had(int watcherType, Predicate<WatcherType> had) {
        Optional<WatcherType> type = WatcherType.of(watcherType);
        if (type.isEmpty()) return Optional.of(ErrorCode.MARSHALLING_ERROR);
        return had.test(type.get()) ? Optional.empty() : Optional.of(ErrorCode.NO_WATCHER);
    }

    private static void end(ClientConnection client, int xid, Optional<ErrorCode> fault, ClientReply reply) {
        if (fault.isEmpty()) client.outbox().reply(xid, client.lastZxid(), reply);
        else fail(client, xid, fault.get());
    }

    /** The answer to a read, or to a watch, that is refused. */
    static void fail(ClientConnection client, int xid, ErrorCode code) {
        if (code == ErrorCode.SESSION_MOVED) {
            client.cut("its session has moved");
            return;
        }
        if (code == Reads.NO_ROOM_FOR_WATCH) warnOfNoRoom(client);
        client.outbox().error(xid, client.lastZxid(), code);
    }

    private static void warnOfNoRoom(ClientConnection client) {
        Watches watches = client.server().keeper().watches();
        client.server()
                .warn(
                        client,
                        "there is no room for one more watch: its own take %d bytes, all together %d; give the process more memory"
                                .formatted(watches.bytes(client), watches.bytes()));
    }
}
