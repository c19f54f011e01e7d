package io.ottla.zookeeperprotocol;

import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What follows the {@link ReplyHeader} of a request that succeeded (zookeeper.jute, MultiResponse of the original).
 *
 * <pre>
 * create, sync                      path
 * create2, createContainer/TTL      path stat
 * exists, setData, setACL           stat
 * getData, reconfig                 data stat
 * getACL                            acl stat
 * getChildren, getEphemerals        names
 * getChildren2                      names stat
 * getAllChildrenNumber              int
 * addWatch                          err:int=0
 * sasl                              token:buffer
 * whoAmI                            (scheme user)*
 * multi, multiRead                  (type:int done:boolean=0 err:int result)* −1:int done:boolean=1 −1:int
 *   result := path | path stat | stat | nothing | data stat | names | err:int     by type 1, 15, 5, 2 and 13, 4, 8, −1
 * delete, ping, closeSession, auth, setWatches(2), checkWatches, removeWatches    nothing
 * </pre>
 */
public sealed interface ClientReply {

    /** A result within the answer to a multi or multiRead. */
    sealed interface OpResult {}

    record Nothing() implements ClientReply {}

    record Path(String path) implements ClientReply {}

    record PathStat(String path, Stat stat) implements ClientReply {}

    record StatOnly(Stat stat) implements ClientReply {}

    /** @param data null if the node was given none */
    record Data(byte[] data, Stat stat) implements ClientReply {}

    record Acls(List<Acl> acl, Stat stat) implements ClientReply {}

    record Names(List<String> names) implements ClientReply {}

    record NamesStat(List<String> names, Stat stat) implements ClientReply {}

    record Number(int number) implements ClientReply {}

    /** @param token null if there is none */
    record Token(byte[] token) implements ClientReply {}

    record ClientInfos(List<ClientInfo> infos) implements ClientReply {}

    record ClientInfo(String scheme, String user) {}

    record Multi(List<OpResult> results) implements ClientReply {}

    record OpCreated(String path) implements OpResult {}

    record OpCreated2(String path, Stat stat) implements OpResult {}

    record OpChanged(Stat stat) implements OpResult {}

    /** @param type delete or check */
    record OpDone(int type) implements OpResult {}

    /** @param data null if the node was given none */
    record OpData(byte[] data, Stat stat) implements OpResult {}

    record OpNames(List<String> names) implements OpResult {}

    /** @param code 0 for an operation before the failing one of a multi, {@link ErrorCode#RUNTIME_INCONSISTENCY} for one behind it */
    record OpFailed(int code) implements OpResult {}

    default void write(BufferOutputArchive out) {
        switch (this) {
            case Nothing nothing -> {}
            case Path reply -> out.writeString(reply.path, "path");
            case PathStat reply -> {
                out.writeString(reply.path, "path");
                reply.stat.write(out);
            }
            case StatOnly reply -> reply.stat.write(out);
            case Data reply -> {
                out.writeBuffer(reply.data, "data");
                reply.stat.write(out);
            }
            case Acls reply -> {
                Acl.write(reply.acl, out);
                reply.stat.write(out);
            }
            case Names reply -> writeNames(reply.names, out);
            case NamesStat reply -> {
                writeNames(reply.names, out);
                reply.stat.write(out);
            }
            case Number reply -> out.writeInt(reply.number, "number");
            case Token reply -> out.writeBuffer(reply.token, "token");
            case ClientInfos reply -> {
                out.writeInt(reply.infos.size(), "clientInfo");
                for (ClientInfo info : reply.infos) {
                    out.writeString(info.scheme, "authScheme");
                    out.writeString(info.user, "user");
                }
            }
            case Multi reply -> {
                for (OpResult result : reply.results) writeResult(result, out);
                ClientRequestCodec.writeOpHeader(-1, true, -1, out);
            }
        }
    }

    private static void writeResult(OpResult result, BufferOutputArchive out) {
        int err = result instanceof OpFailed failed ? failed.code : 0;
        ClientRequestCodec.writeOpHeader(typeOf(result), false, err, out);
        switch (result) {
            case OpCreated created -> out.writeString(created.path, "path");
            case OpCreated2 created -> {
                out.writeString(created.path, "path");
                created.stat.write(out);
            }
            case OpChanged changed -> changed.stat.write(out);
            case OpDone done -> {}
            case OpData got -> {
                out.writeBuffer(got.data, "data");
                got.stat.write(out);
            }
            case OpNames got -> writeNames(got.names, out);
            case OpFailed failed -> out.writeInt(failed.code, "err");
        }
    }

    private static int typeOf(OpResult result) {
        return switch (result) {
            case OpCreated created -> OpCode.CREATE;
            case OpCreated2 created -> OpCode.CREATE2;
            case OpChanged changed -> OpCode.SET_DATA;
            case OpDone done -> done.type;
            case OpData got -> OpCode.GET_DATA;
            case OpNames got -> OpCode.GET_CHILDREN;
            case OpFailed failed -> OpCode.ERROR;
        };
    }

    private static void writeNames(List<String> names, BufferOutputArchive out) {
        out.writeInt(names.size(), "children");
        for (String name : names) out.writeString(name, "child");
    }

    /**
     * As a client reads it.
     *
     * @param type the opcode of the request
     */
    static ClientReply read(int type, BufferInputArchive in) throws IOException {
        return switch (type) {
            case OpCode.CREATE, OpCode.SYNC -> new Path(in.readString("path"));
            case OpCode.CREATE2, OpCode.CREATE_CONTAINER, OpCode.CREATE_TTL ->
                new PathStat(in.readString("path"), Stat.read(in));
            case OpCode.EXISTS, OpCode.SET_DATA, OpCode.SET_ACL -> new StatOnly(Stat.read(in));
            case OpCode.GET_DATA, OpCode.RECONFIG -> new Data(in.readBuffer("data"), Stat.read(in));
            case OpCode.GET_ACL -> new Acls(Acl.read(in), Stat.read(in));
            case OpCode.GET_CHILDREN, OpCode.GET_EPHEMERALS -> new Names(readNames(in));
            case OpCode.GET_CHILDREN2 -> new NamesStat(readNames(in), Stat.read(in));
            case OpCode.GET_ALL_CHILDREN_NUMBER, OpCode.ADD_WATCH -> new Number(in.readInt("number"));
            case OpCode.SASL -> new Token(in.readBuffer("token"));
            case OpCode.WHO_AM_I -> {
                int count = counted(in, 8);
                List<ClientInfo> infos = new ArrayList<>(count);
                for (int i = 0; i < count; i++)
                    infos.add(new ClientInfo(in.readString("authScheme"), in.readString("user")));
                yield new ClientInfos(infos);
            }
            case OpCode.MULTI, OpCode.MULTI_READ -> readResults(in);
            default -> new Nothing();
        };
    }

    private static Multi readResults(BufferInputArchive in) throws IOException {
        List<OpResult> results = new ArrayList<>();
        while (true) {
            int type = in.readInt("type");
            boolean done = in.readBool("done");
            in.readInt("err");
            if (done) return new Multi(results);
            results.add(
                    switch (type) {
                        case OpCode.CREATE -> new OpCreated(in.readString("path"));
                        case OpCode.CREATE2 -> new OpCreated2(in.readString("path"), Stat.read(in));
                        case OpCode.SET_DATA -> new OpChanged(Stat.read(in));
                        case OpCode.DELETE, OpCode.CHECK -> new OpDone(type);
                        case OpCode.GET_DATA -> new OpData(in.readBuffer("data"), Stat.read(in));
                        case OpCode.GET_CHILDREN -> new OpNames(readNames(in));
                        case OpCode.ERROR -> new OpFailed(in.readInt("err"));
                        default -> throw new IOException("a multi has a result of type " + type);
                    });
        }
    }

    private static List<String> readNames(BufferInputArchive in) throws IOException {
        int count = counted(in, 4);
        List<String> names = new ArrayList<>(count);
        for (int i = 0; i < count; i++) names.add(in.readString("child"));
        return names;
    }

    private static int counted(BufferInputArchive in, int bytesMin) throws IOException {
        int count = in.readInt("count");
        if (count > in.remaining() / bytesMin)
            throw new EOFException("the record has no room for " + count + " elements");
        return Math.max(0, count);
    }
}
