package io.ottla.zookeeperserver;

import io.ottla.keeper.api.OpResult;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.api.Result;
import io.ottla.zookeeperprotocol.BufferOutputArchive;
import io.ottla.zookeeperprotocol.ClientReply;
import io.ottla.zookeeperprotocol.ClientRequest;
import io.ottla.zookeeperprotocol.CreateMode;
import io.ottla.zookeeperprotocol.ErrorCode;
import io.ottla.zookeeperprotocol.OpCode;
import java.util.ArrayList;
import java.util.List;

/**
 * create, create2, createContainer, createTTL, delete, setData, setACL, multi, closeSession, and sync, which waits like a write: what the keeper is
 * asked, and how its result is told.
 */
final class WriteRequests {
    private WriteRequests() {}

    static Request request(ClientRequest.Write write) {
        return switch (write) {
            case ClientRequest.Op op -> op(op);
            case ClientRequest.SetAcl set -> new Request.SetAcl(set.path(), set.acl(), set.version());
            case ClientRequest.Multi multi -> {
                List<Request.Op> ops = new ArrayList<>(multi.ops().size());
                for (ClientRequest.Op op : multi.ops()) ops.add(op(op));
                yield new Request.Multi(ops);
            }
            case ClientRequest.CloseSession close -> new Request.CloseSession();
            case ClientRequest.Reconfig reconfig -> throw new IllegalStateException("refused before");
        };
    }

    private static Request.Op op(ClientRequest.Op op) {
        return switch (op) {
            case ClientRequest.Create create ->
                new Request.Create(
                        create.path(),
                        create.data(),
                        create.acl(),
                        create.type() == OpCode.CREATE_CONTAINER ? CreateMode.CONTAINER.flag() : create.flags(),
                        create.ttlMs(),
                        create.type() != OpCode.CREATE);
            case ClientRequest.Delete delete -> new Request.Delete(delete.path(), delete.version());
            case ClientRequest.SetData set -> new Request.SetData(set.path(), set.data(), set.version());
            case ClientRequest.Check check -> new Request.Check(check.path(), check.version());
        };
    }

    /** @return false if the connection was closed in place of an answer */
    static boolean answer(ClientConnection client, int xid, ClientRequest request, Result result) {
        long zxid = client.lastZxid();
        switch (result) {
            case Result.Committed committed -> reply(client.outbox(), xid, zxid, request, committed.results());
            case Result.Refused refused -> {
                if (refused.code() == ErrorCode.SESSION_MOVED.code()) {
                    // the client has come back over another connection; what it sent over this one is void
                    // (ZOOKEEPER-710)
                    client.cut("its session has moved");
                    return false;
                }
                if (request instanceof ClientRequest.Multi multi)
                    client.outbox().reply(xid, zxid, failed(multi, refused));
                else client.outbox().error(xid, zxid, refused.code());
            }
            case Result.Unavailable unavailable -> {
                // nothing was done, and it may be tried again: what says so to clients of all ages
                client.server().stats().throttledOps++;
                client.outbox().error(xid, zxid, ErrorCode.OPERATION_TIMEOUT);
            }
            case Result.Unknown unknown -> {
                client.cut(unknown.why());
                return false;
            }
        }
        return true;
    }

    private static void reply(Outbox outbox, int xid, long zxid, ClientRequest request, List<OpResult> results) {
        switch (request) {
            case ClientRequest.Multi multi -> {
                List<ClientReply.OpResult> replies = new ArrayList<>(results.size());
                for (int i = 0; i < results.size(); i++)
                    replies.add(opReply(multi.ops().get(i), results.get(i)));
                outbox.reply(xid, zxid, new ClientReply.Multi(replies));
            }
            // the end of a local session is no transaction, and has no results
            case ClientRequest.CloseSession close -> outbox.done(xid, zxid);
            case ClientRequest.Sync sync -> outbox.reply(xid, zxid, new ClientReply.Path(sync.path()));
            default -> reply(outbox, xid, zxid, request, results.getFirst());
        }
    }

    private static void reply(Outbox outbox, int xid, long zxid, ClientRequest request, OpResult result) {
        switch (result) {
            case OpResult.Changed changed -> {
                changed.stat().write(outbox.begin(xid, zxid, 0));
                outbox.end();
            }
            case OpResult.Created created -> {
                BufferOutputArchive out = outbox.begin(xid, zxid, 0);
                out.writeString(created.path(), "path");
                if (request.type() != OpCode.CREATE) created.stat().write(out);
                outbox.end();
            }
            case OpResult.Done done -> outbox.done(xid, zxid);
            case OpResult.Failed failed ->
                throw new IllegalStateException("committed, and yet failed: " + failed.code());
        }
    }

    private static ClientReply.OpResult opReply(ClientRequest.Op op, OpResult result) {
        return switch (result) {
            case OpResult.Created created ->
                op.type() == OpCode.CREATE
                        ? new ClientReply.OpCreated(created.path())
                        : new ClientReply.OpCreated2(created.path(), created.stat());
            case OpResult.Changed changed -> new ClientReply.OpChanged(changed.stat());
            case OpResult.Done done -> new ClientReply.OpDone(op.type());
            case OpResult.Failed failed -> new ClientReply.OpFailed(failed.code());
        };
    }

    /** Nothing was done: those before the failing one would have been, those behind it were not looked at. */
    private static ClientReply failed(ClientRequest.Multi multi, Result.Refused refused) {
        List<ClientReply.OpResult> results = new ArrayList<>(multi.ops().size());
        for (int i = 0; i < multi.ops().size(); i++) {
            int code = i < refused.index()
                    ? ErrorCode.OK.code()
                    : i == refused.index() ? refused.code() : ErrorCode.RUNTIME_INCONSISTENCY.code();
            results.add(new ClientReply.OpFailed(code));
        }
        return new ClientReply.Multi(results);
    }
}
