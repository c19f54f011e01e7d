package io.ottla.zookeeperserver;

import io.ottla.keeper.Reads;
import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.ReadResult;
import io.ottla.zookeeperprotocol.BufferOutputArchive;
import io.ottla.zookeeperprotocol.ClientReply;
import io.ottla.zookeeperprotocol.ClientRequest;
import io.ottla.zookeeperprotocol.OpCode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** exists, getData, getACL, getChildren, getChildren2, getEphemerals, getAllChildrenNumber, multiRead, whoAmI. */
final class ReadRequests {
    /** No client takes a packet as large as that; a small request could ask for far more. */
    private static final long MULTI_READ_BYTES_MAX = 32L << 20;

    private final Reads reads;

    ReadRequests(Reads reads) {
        this.reads = reads;
    }

    void serve(ClientConnection client, int xid, Caller caller, ClientRequest.Read request) {
        switch (request) {
            case ClientRequest.MultiRead multi -> multiRead(client, xid, caller, multi);
            case ClientRequest.WhoAmI who ->
                reads.sessionFault(caller)
                        .ifPresentOrElse(
                                code -> WatchRequests.fail(client, xid, code),
                                () -> client.outbox()
                                        .reply(
                                                xid,
                                                client.lastZxid(),
                                                new ClientReply.ClientInfos(
                                                        client.credentials().clientInfos())));
            case ClientRequest.Sync sync -> throw new IllegalStateException("it waits like a write");
            default -> answer(client, xid, request, read(client, caller, request));
        }
    }

    private void multiRead(ClientConnection client, int xid, Caller caller, ClientRequest.MultiRead multi) {
        List<ClientReply.OpResult> results = new ArrayList<>(multi.reads().size());
        long bytes = 0;
        for (ClientRequest.Read read : multi.reads()) {
            ReadResult result = read(client, caller, read);
            bytes += bytes(result);
            if (bytes > MULTI_READ_BYTES_MAX) {
                client.cut("its multiRead asks for more than " + MULTI_READ_BYTES_MAX + " bytes");
                return;
            }
            results.add(opResult(result));
        }
        client.outbox().reply(xid, client.lastZxid(), new ClientReply.Multi(results));
    }

    private static long bytes(ReadResult result) {
        return switch (result) {
            case ReadResult.Data data -> data.length();
            case ReadResult.Children children -> {
                long bytes = 0;
                for (String name : children.names()) bytes += 4L + name.length();
                yield bytes;
            }
            default -> 0;
        };
    }

    private ReadResult read(ClientConnection client, Caller caller, ClientRequest.Read request) {
        return switch (request) {
            case ClientRequest.GetData get -> reads.data(caller, get.path(), client.ifWatching(get.watch()));
            case ClientRequest.Exists exists -> reads.exists(caller, exists.path(), client.ifWatching(exists.watch()));
            case ClientRequest.GetChildren get -> reads.children(caller, get.path(), client.ifWatching(get.watch()));
            case ClientRequest.GetAcl get -> reads.acl(caller, get.path());
            case ClientRequest.GetEphemerals get -> reads.ephemerals(caller, get.prefix());
            case ClientRequest.GetAllChildrenNumber get -> reads.allChildrenNumber(caller, get.path());
            case ClientRequest.MultiRead multi -> throw new IllegalStateException("a multiRead in a multiRead");
            case ClientRequest.Sync sync -> throw new IllegalStateException("it reads nothing");
            case ClientRequest.WhoAmI who -> throw new IllegalStateException("it reads nothing");
        };
    }

    private void answer(ClientConnection client, int xid, ClientRequest.Read request, ReadResult result) {
        Outbox outbox = client.outbox();
        long zxid = client.lastZxid();
        switch (result) {
            case ReadResult.Data data ->
                outbox.data(xid, zxid, data.array(), data.offset(), data.length(), data.stat());
            case ReadResult.Failed failed -> WatchRequests.fail(client, xid, failed.code());
            case ReadResult.Found found -> {
                found.stat().write(outbox.begin(xid, zxid, 0));
                outbox.end();
            }
            case ReadResult.Acls acls -> outbox.reply(xid, zxid, new ClientReply.Acls(acls.acl(), acls.stat()));
            case ReadResult.Children children -> {
                BufferOutputArchive out = outbox.begin(xid, zxid, 0);
                new ClientReply.Names(children.names()).write(out);
                if (request.type() == OpCode.GET_CHILDREN2) children.stat().write(out);
                outbox.end();
            }
            case ReadResult.PathList paths -> outbox.reply(xid, zxid, new ClientReply.Names(paths.paths()));
            case ReadResult.Number number -> outbox.reply(xid, zxid, new ClientReply.Number(number.count()));
        }
    }

    private static ClientReply.OpResult opResult(ReadResult result) {
        return switch (result) {
            case ReadResult.Data data ->
                new ClientReply.OpData(
                        data.length() < 0
                                ? null
                                : Arrays.copyOfRange(data.array(), data.offset(), data.offset() + data.length()),
                        data.stat());
            case ReadResult.Children children -> new ClientReply.OpNames(children.names());
            case ReadResult.Failed failed ->
                new ClientReply.OpFailed(failed.code().code());
            case ReadResult.Found found -> throw new IllegalStateException("no multiRead asks that");
            case ReadResult.Acls acls -> throw new IllegalStateException("no multiRead asks that");
            case ReadResult.PathList paths -> throw new IllegalStateException("no multiRead asks that");
            case ReadResult.Number number -> throw new IllegalStateException("no multiRead asks that");
        };
    }
}
