package io.ottla.zookeeperprotocol;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The bodies of requests (zookeeper.jute, MultiOperationRecord of the original). What stands behind a body is left unread, as the
 * original leaves it.
 *
 * <pre>
 * create, create2, createContainer  path data acl flags:int
 * createTTL                         path data acl flags:int ttl:long
 * delete, check                     path version:int
 * setData                           path data version:int
 * setACL                            path acl version:int
 * multi, multiRead                  (type:int done:boolean=0 err:int body)* −1:int done:boolean=1 −1:int
 * reconfig                          joining leaving newMembers curConfigId:long
 * exists, getData, getChildren(2)   path watch:boolean
 * getACL, sync, getEphemerals, getAllChildrenNumber   path
 * checkWatches, removeWatches       path type:int
 * addWatch                          path mode:int
 * setWatches                        relativeZxid:long data:path* exist:path* child:path*
 * setWatches2                       as setWatches, persistent:path* persistentRecursive:path*
 * auth                              type:int scheme auth:buffer
 * sasl                              token:buffer
 * ping, closeSession, whoAmI        nothing
 * </pre>
 */
public final class ClientRequestCodec {
    private ClientRequestCodec() {}

    /** Bytes of the shortest operation of a multi: its header, an empty path, a version. */
    private static final int OP_BYTES_MIN = 9 + 4 + 1;

    /** @throws IOException if the body is not what its type says; the connection itself is still in order */
    public static ClientRequest read(int type, BufferInputArchive in) throws IOException {
        return switch (type) {
            case OpCode.GET_DATA -> new ClientRequest.GetData(path(in), in.readBool("watch"));
            case OpCode.SET_DATA -> setData(in);
            case OpCode.CREATE, OpCode.CREATE2, OpCode.CREATE_CONTAINER, OpCode.CREATE_TTL -> create(type, in);
            case OpCode.EXISTS -> new ClientRequest.Exists(path(in), in.readBool("watch"));
            case OpCode.GET_CHILDREN, OpCode.GET_CHILDREN2 ->
                new ClientRequest.GetChildren(type, path(in), in.readBool("watch"));
            case OpCode.DELETE -> new ClientRequest.Delete(path(in), in.readInt("version"));
            case OpCode.GET_ACL -> new ClientRequest.GetAcl(path(in));
            case OpCode.SET_ACL -> new ClientRequest.SetAcl(path(in), Acl.read(in), in.readInt("version"));
            case OpCode.SYNC -> new ClientRequest.Sync(path(in));
            case OpCode.PING -> new ClientRequest.Ping();
            case OpCode.MULTI -> multi(in);
            case OpCode.MULTI_READ -> multiRead(in);
            case OpCode.RECONFIG ->
                new ClientRequest.Reconfig(
                        text(in, "joiningServers"),
                        text(in, "leavingServers"),
                        text(in, "newMembers"),
                        in.readLong("curConfigId"));
            case OpCode.CHECK_WATCHES -> new ClientRequest.CheckWatches(path(in), in.readInt("type"));
            case OpCode.REMOVE_WATCHES -> new ClientRequest.RemoveWatches(path(in), in.readInt("type"));
            case OpCode.ADD_WATCH -> new ClientRequest.AddWatch(path(in), in.readInt("mode"));
            case OpCode.SET_WATCHES, OpCode.SET_WATCHES2 -> setWatches(type, in);
            case OpCode.GET_EPHEMERALS -> new ClientRequest.GetEphemerals(text(in, "prefixPath"));
            case OpCode.GET_ALL_CHILDREN_NUMBER -> new ClientRequest.GetAllChildrenNumber(path(in));
            case OpCode.WHO_AM_I -> new ClientRequest.WhoAmI();
            case OpCode.CLOSE_SESSION -> new ClientRequest.CloseSession();
            case OpCode.AUTH -> {
                in.readInt("type");
                yield new ClientRequest.Auth(text(in, "scheme"), buffer(in, "auth"));
            }
            case OpCode.SASL -> new ClientRequest.Sasl(buffer(in, "token"));
            default -> new ClientRequest.Unserved(type);
        };
    }

    private static ClientRequest.SetData setData(BufferInputArchive in) throws IOException {
        return new ClientRequest.SetData(path(in), in.readBuffer("data"), in.readInt("version"));
    }

    private static ClientRequest.Create create(int type, BufferInputArchive in) throws IOException {
        String path = path(in);
        byte[] data = in.readBuffer("data");
        List<Acl> acl = Acl.read(in);
        int flags = in.readInt("flags");
        long ttlMs = type == OpCode.CREATE_TTL ? in.readLong("ttl") : ClientRequest.Create.NO_TTL;
        return new ClientRequest.Create(type, path, data, acl, flags, ttlMs);
    }

    /** The type of the next operation, whose body follows; 0 behind the last. */
    private static int nextOp(BufferInputArchive in) throws IOException {
        int type = in.readInt("type");
        boolean done = in.readBool("done");
        in.readInt("err");
        return done ? OpCode.NOTIFICATION : type;
    }

    private static ClientRequest.Multi multi(BufferInputArchive in) throws IOException {
        List<ClientRequest.Op> ops = new ArrayList<>(Math.min(16, in.remaining() / OP_BYTES_MIN));
        for (int type = nextOp(in); type != OpCode.NOTIFICATION; type = nextOp(in)) {
            ops.add(
                    switch (type) {
                        case OpCode.CREATE, OpCode.CREATE2, OpCode.CREATE_CONTAINER, OpCode.CREATE_TTL ->
                            createOp(create(type, in));
                        case OpCode.DELETE -> new ClientRequest.Delete(path(in), in.readInt("version"));
                        case OpCode.SET_DATA -> setData(in);
                        case OpCode.CHECK -> new ClientRequest.Check(path(in), in.readInt("version"));
                        default -> throw new IOException("a multi holds a request of type " + type);
                    });
        }
        return new ClientRequest.Multi(ops);
    }

    /** In a multi the flags decide about the type, and wrong ones spoil the whole packet (Op.create of the original). */
    private static ClientRequest.Create createOp(ClientRequest.Create create) throws IOException {
        CreateMode mode = CreateMode.fromFlag(create.flags())
                .orElseThrow(() -> new IOException("no create mode has the flag " + create.flags()));
        if (mode.ttl() && create.type() != OpCode.CREATE_TTL)
            throw new IOException("a node with a TTL is made by createTTL");
        int type = create.type();
        if (mode == CreateMode.CONTAINER) type = OpCode.CREATE_CONTAINER;
        else if (type == OpCode.CREATE_TTL && !mode.ttl()) type = OpCode.CREATE;
        if (type == create.type()) return create;
        return new ClientRequest.Create(
                type, create.path(), create.data(), create.acl(), create.flags(), ClientRequest.Create.NO_TTL);
    }

    private static ClientRequest.MultiRead multiRead(BufferInputArchive in) throws IOException {
        List<ClientRequest.Read> reads = new ArrayList<>(Math.min(16, in.remaining() / OP_BYTES_MIN));
        for (int type = nextOp(in); type != OpCode.NOTIFICATION; type = nextOp(in)) {
            String path = path(in);
            // the original reads this byte and does not use it
            in.readBool("watch");
            reads.add(
                    switch (type) {
                        case OpCode.GET_DATA -> new ClientRequest.GetData(path, false);
                        case OpCode.GET_CHILDREN -> new ClientRequest.GetChildren(type, path, false);
                        default -> throw new IOException("a multiRead holds a request of type " + type);
                    });
        }
        return new ClientRequest.MultiRead(reads);
    }

    private static ClientRequest.SetWatches setWatches(int type, BufferInputArchive in) throws IOException {
        boolean two = type == OpCode.SET_WATCHES2;
        return new ClientRequest.SetWatches(
                type,
                in.readLong("relativeZxid"),
                paths(in),
                paths(in),
                paths(in),
                two ? paths(in) : List.of(),
                two ? paths(in) : List.of());
    }

    private static List<String> paths(BufferInputArchive in) throws IOException {
        int count = in.readInt("count");
        if (count <= 0) return List.of();
        if (count > in.remaining() / 4) throw new EOFException("the record has no room for " + count + " paths");
        List<String> paths = new ArrayList<>(count);
        for (int i = 0; i < count; i++) paths.add(path(in));
        return paths;
    }

    private static String path(BufferInputArchive in) throws IOException {
        String path = in.readString("path");
        if (path == null) throw new IOException("a path is absent");
        return path;
    }

    private static String text(BufferInputArchive in, String tag) throws IOException {
        String text = in.readString(tag);
        return text == null ? "" : text;
    }

    private static byte[] buffer(BufferInputArchive in, String tag) throws IOException {
        byte[] bytes = in.readBuffer(tag);
        return bytes == null ? new byte[0] : bytes;
    }

    /** Without the header, as a client sends it. */
    public static void write(ClientRequest request, BufferOutputArchive out) {
        switch (request) {
            case ClientRequest.Create create -> {
                out.writeString(create.path(), "path");
                out.writeBuffer(create.data(), "data");
                Acl.write(create.acl(), out);
                out.writeInt(create.flags(), "flags");
                if (create.type() == OpCode.CREATE_TTL) out.writeLong(create.ttlMs(), "ttl");
            }
            case ClientRequest.Delete delete -> writeNumbered(delete.path(), delete.version(), out);
            case ClientRequest.Check check -> writeNumbered(check.path(), check.version(), out);
            case ClientRequest.SetData set -> {
                out.writeString(set.path(), "path");
                out.writeBuffer(set.data(), "data");
                out.writeInt(set.version(), "version");
            }
            case ClientRequest.SetAcl set -> {
                out.writeString(set.path(), "path");
                Acl.write(set.acl(), out);
                out.writeInt(set.version(), "version");
            }
            case ClientRequest.Multi multi -> writeOps(multi.ops(), out);
            case ClientRequest.MultiRead multi -> writeOps(multi.reads(), out);
            case ClientRequest.Reconfig reconfig -> {
                out.writeString(reconfig.joining(), "joiningServers");
                out.writeString(reconfig.leaving(), "leavingServers");
                out.writeString(reconfig.newMembers(), "newMembers");
                out.writeLong(reconfig.currentConfigId(), "curConfigId");
            }
            case ClientRequest.Exists exists -> writeWatched(exists.path(), exists.watch(), out);
            case ClientRequest.GetData get -> writeWatched(get.path(), get.watch(), out);
            case ClientRequest.GetChildren get -> writeWatched(get.path(), get.watch(), out);
            case ClientRequest.GetAcl get -> out.writeString(get.path(), "path");
            case ClientRequest.GetEphemerals get -> out.writeString(get.prefix(), "prefixPath");
            case ClientRequest.GetAllChildrenNumber get -> out.writeString(get.path(), "path");
            case ClientRequest.Sync sync -> out.writeString(sync.path(), "path");
            case ClientRequest.CheckWatches check -> writeNumbered(check.path(), check.watcherType(), out);
            case ClientRequest.RemoveWatches remove -> writeNumbered(remove.path(), remove.watcherType(), out);
            case ClientRequest.AddWatch add -> writeNumbered(add.path(), add.mode(), out);
            case ClientRequest.SetWatches set -> {
                out.writeLong(set.relativeZxid(), "relativeZxid");
                writePaths(set.data(), out);
                writePaths(set.exist(), out);
                writePaths(set.child(), out);
                if (set.type() == OpCode.SET_WATCHES2) {
                    writePaths(set.persistent(), out);
                    writePaths(set.persistentRecursive(), out);
                }
            }
            case ClientRequest.Auth auth -> {
                out.writeInt(0, "type");
                out.writeString(auth.scheme(), "scheme");
                out.writeBuffer(auth.auth(), "auth");
            }
            case ClientRequest.Sasl sasl -> out.writeBuffer(sasl.token(), "token");
            case ClientRequest.WhoAmI nothing -> {}
            case ClientRequest.CloseSession nothing -> {}
            case ClientRequest.Ping nothing -> {}
            case ClientRequest.Unserved nothing -> {}
        }
    }

    private static void writeOps(List<? extends ClientRequest> ops, BufferOutputArchive out) {
        for (ClientRequest op : ops) {
            writeOpHeader(op.type(), false, -1, out);
            write(op, out);
        }
        writeOpHeader(-1, true, -1, out);
    }

    /** Stands before each operation of a multi and each of its results, and behind the last. */
    static void writeOpHeader(int type, boolean done, int err, BufferOutputArchive out) {
        out.writeInt(type, "type");
        out.writeBool(done, "done");
        out.writeInt(err, "err");
    }

    private static void writeNumbered(String path, int number, BufferOutputArchive out) {
        out.writeString(path, "path");
        out.writeInt(number, "version");
    }

    private static void writeWatched(String path, boolean watch, BufferOutputArchive out) {
        out.writeString(path, "path");
        out.writeBool(watch, "watch");
    }

    private static void writePaths(List<String> paths, BufferOutputArchive out) {
        out.writeInt(paths.size(), "count");
        for (String path : paths) out.writeString(path, "path");
    }
}
