package io.ottla.sim;

import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.BufferInputArchive;
import io.ottla.zookeeperprotocol.BufferOutputArchive;
import io.ottla.zookeeperprotocol.ConnectRequest;
import io.ottla.zookeeperprotocol.ConnectResponse;
import io.ottla.zookeeperprotocol.Stat;
import io.ottla.zookeeperprotocol.Xid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A client's side of the packets: requests as frames, and what their answers show. That they are the original's is looked at in {@code compat}. */
final class ZookeeperPackets {
    private static final int CREATE2 = 15;
    private static final int CREATE_CONTAINER = 19;
    private static final int CREATE_TTL = 21;
    static final int EPHEMERAL = 1;
    static final int CONTAINER = 4;
    static final int TTL = 5;
    private static final int SET_DATA = 5;
    private static final int DELETE = 2;
    private static final int GET_DATA = 4;
    private static final int SYNC = 9;
    private static final int PING = 11;
    private static final int MULTI = 14;
    private static final int MULTI_READ = 22;
    private static final int SET_WATCHES2 = 105;
    private static final int ADD_WATCH = 106;
    private static final int CLOSE = -11;
    private static final int RECURSIVE = 1;

    private ZookeeperPackets() {}

    record Session(long id, int timeoutMs, byte[] password) {}

    private static byte[] framed(BufferOutputArchive out) {
        byte[] body = out.toByteArray();
        return ByteBuffer.allocate(4 + body.length)
                .putInt(body.length)
                .put(body)
                .array();
    }

    static byte[] connect(long lastZxid, int timeoutMs, long sessionId, byte[] password) {
        BufferOutputArchive out = new BufferOutputArchive(64);
        new ConnectRequest(0, lastZxid, timeoutMs, sessionId, password, false, true).write(out);
        return framed(out);
    }

    static Session session(BufferInputArchive in) throws IOException {
        ConnectResponse response = ConnectResponse.read(in);
        return new Session(response.sessionId(), response.timeoutMs(), response.password());
    }

    static byte[] setWatches(long relativeZxid, List<String> data, List<String> recursive) {
        BufferOutputArchive out = begin(Xid.SET_WATCHES, SET_WATCHES2);
        out.writeLong(relativeZxid, "relativeZxid");
        for (List<String> paths : List.of(data, List.<String>of(), List.<String>of(), List.<String>of(), recursive)) {
            out.writeInt(paths.size(), "count");
            for (String path : paths) out.writeString(path, "path");
        }
        return framed(out);
    }

    private static BufferOutputArchive begin(int xid, int type) {
        BufferOutputArchive out = new BufferOutputArchive(64);
        out.writeInt(xid, "xid");
        out.writeInt(type, "type");
        return out;
    }

    /** One that goes by itself: 1 with its session, 4 when it has lost its last child, 5 after {@code ttlMs} without a change or child. */
    static byte[] create(int xid, String path, int flags, long ttlMs) {
        BufferOutputArchive out =
                begin(xid, flags == CONTAINER ? CREATE_CONTAINER : flags == TTL ? CREATE_TTL : CREATE2);
        out.writeString(path, "path");
        out.writeBuffer(new byte[0], "data");
        Acl.write(Acl.OPEN, out);
        out.writeInt(flags, "flags");
        if (flags == TTL) out.writeLong(ttlMs, "ttl");
        return framed(out);
    }

    static byte[] request(int xid, ZnodeOp op) {
        return framed(
                switch (op) {
                    case ZnodeOp.Create create -> {
                        BufferOutputArchive out = begin(xid, CREATE2);
                        out.writeString(create.path(), "path");
                        out.writeBuffer(bytes(create.token()), "data");
                        Acl.write(Acl.OPEN, out);
                        out.writeInt((create.ephemeral() ? 1 : 0) | (create.sequential() ? 2 : 0), "flags");
                        yield out;
                    }
                    case ZnodeOp.Set set -> {
                        BufferOutputArchive out = begin(xid, SET_DATA);
                        set(set.path(), set.token(), set.version(), out);
                        yield out;
                    }
                    case ZnodeOp.Delete delete -> {
                        BufferOutputArchive out = begin(xid, DELETE);
                        out.writeString(delete.path(), "path");
                        out.writeInt(delete.version(), "version");
                        yield out;
                    }
                    case ZnodeOp.SetPair pair -> {
                        BufferOutputArchive out = begin(xid, MULTI);
                        for (String path : List.of(pair.first(), pair.second())) {
                            multiHeader(SET_DATA, false, out);
                            set(path, pair.token(), -1, out);
                        }
                        multiHeader(-1, true, out);
                        yield out;
                    }
                    case ZnodeOp.Get get -> {
                        BufferOutputArchive out = begin(xid, GET_DATA);
                        get(get.path(), get.watch(), out);
                        yield out;
                    }
                    case ZnodeOp.GetPair pair -> {
                        BufferOutputArchive out = begin(xid, MULTI_READ);
                        for (String path : List.of(pair.first(), pair.second())) {
                            multiHeader(GET_DATA, false, out);
                            get(path, false, out);
                        }
                        multiHeader(-1, true, out);
                        yield out;
                    }
                    case ZnodeOp.Sync sync -> {
                        BufferOutputArchive out = begin(xid, SYNC);
                        out.writeString(sync.path(), "path");
                        yield out;
                    }
                    case ZnodeOp.Follow follow -> {
                        BufferOutputArchive out = begin(xid, ADD_WATCH);
                        out.writeString(follow.root(), "path");
                        out.writeInt(RECURSIVE, "mode");
                        yield out;
                    }
                    case ZnodeOp.Ping ping -> begin(xid, PING);
                    case ZnodeOp.Close close -> begin(xid, CLOSE);
                });
    }

    private static void set(String path, String token, int version, BufferOutputArchive out) {
        out.writeString(path, "path");
        out.writeBuffer(bytes(token), "data");
        out.writeInt(version, "version");
    }

    private static void get(String path, boolean watch, BufferOutputArchive out) {
        out.writeString(path, "path");
        out.writeBool(watch, "watch");
    }

    private static void multiHeader(int type, boolean done, BufferOutputArchive out) {
        out.writeInt(type, "type");
        out.writeBool(done, "done");
        out.writeInt(-1, "err");
    }

    private static byte[] bytes(String token) {
        return token.getBytes(StandardCharsets.UTF_8);
    }

    /** The nodes that an answer without error shows. A pair that failed, or a node of a pair that is not there, shows nothing. */
    static List<ZnodeSeen> seen(ZnodeOp op, long zxid, BufferInputArchive in) throws IOException {
        List<ZnodeSeen> seen = new ArrayList<>();
        switch (op) {
            case ZnodeOp.Create create -> {
                String path = in.readString("path");
                seen.add(of(path, create.token(), Stat.read(in)));
            }
            case ZnodeOp.Set set -> seen.add(of(set.path(), set.token(), Stat.read(in)));
            case ZnodeOp.Get get -> seen.add(read(get.path(), in));
            case ZnodeOp.SetPair pair -> {
                for (String path : List.of(pair.first(), pair.second())) {
                    int type = multiType(in);
                    if (type == SET_DATA) seen.add(of(path, pair.token(), Stat.read(in)));
                    else in.readInt("err");
                }
                if (seen.size() == 1) throw new AssertionError("half of " + op + " was done at " + zxid);
            }
            case ZnodeOp.GetPair pair -> {
                for (String path : List.of(pair.first(), pair.second())) {
                    int type = multiType(in);
                    if (type == GET_DATA) seen.add(read(path, in));
                    else in.readInt("err");
                }
            }
            case ZnodeOp.Delete delete -> {}
            case ZnodeOp.Sync sync -> {}
            case ZnodeOp.Follow follow -> {}
            case ZnodeOp.Ping ping -> {}
            case ZnodeOp.Close close -> {}
        }
        return seen;
    }

    private static int multiType(BufferInputArchive in) throws IOException {
        int type = in.readInt("type");
        in.readBool("done");
        in.readInt("err");
        return type;
    }

    private static ZnodeSeen read(String path, BufferInputArchive in) throws IOException {
        byte[] data = in.readBuffer("data");
        return of(path, new String(data, StandardCharsets.UTF_8), Stat.read(in));
    }

    private static ZnodeSeen of(String path, String token, Stat stat) {
        return new ZnodeSeen(path, stat.czxid(), stat.mzxid(), stat.version(), stat.ephemeralOwner(), token);
    }
}
