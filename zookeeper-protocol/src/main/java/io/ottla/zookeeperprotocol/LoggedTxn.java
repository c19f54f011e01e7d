package io.ottla.zookeeperprotocol;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.zookeeper.txn.CheckVersionTxn;
import org.apache.zookeeper.txn.CloseSessionTxn;
import org.apache.zookeeper.txn.CreateContainerTxn;
import org.apache.zookeeper.txn.CreateTTLTxn;
import org.apache.zookeeper.txn.CreateTxn;
import org.apache.zookeeper.txn.CreateTxnV0;
import org.apache.zookeeper.txn.DeleteTxn;
import org.apache.zookeeper.txn.SetACLTxn;
import org.apache.zookeeper.txn.SetDataTxn;

/**
 * A transaction with its header, as one entry of the transaction log and one proposal to a quorum:
 *
 * <pre>
 * entry  := header txn [digest]
 * header := clientId:long cxid:int zxid:long time:long type:int
 * digest := version:int treeDigest:long
 * create, create2  := path:string data:buffer acl ephemeral:boolean parentCVersion:int     (before 3.3 without the last)
 * createTTL        := path data acl parentCVersion:int ttl:long
 * createContainer  := path data acl parentCVersion:int
 * delete(Container):= path                    setData, reconfig := path data version:int
 * setACL           := path acl version:int    check             := path version:int
 * createSession    := timeout:int             closeSession      := path* | nothing
 * error            := code:int                multi             := (type:int txn:buffer)*
 * acl              := (perms:int scheme:string id:string)*
 * </pre>
 *
 * @param clientId the session that asked for it
 * @param cxid the session's own number for its request
 * @param timeMs wall clock of the server that proposed it
 * @param digestVersion 0 if the entry has no digest; {@link #DIGEST_VERSION} is the one that can be compared
 * @param treeDigest the digest of the whole tree after it
 */
public record LoggedTxn(long clientId, int cxid, long zxid, long timeMs, Txn txn, int digestVersion, long treeDigest) {

    public static final int NO_DIGEST = 0;
    public static final int DIGEST_VERSION = 2;
    public static final int HEADER_BYTES = 32;
    private static final int DIGEST_BYTES = 12;

    /** Those of a multi, else one. */
    public int operations() {
        return txn instanceof Txn.Multi multi ? multi.txns().size() : 1;
    }

    public void write(BufferOutputArchive out) {
        out.writeLong(clientId, "clientId");
        out.writeInt(cxid, "cxid");
        out.writeLong(zxid, "zxid");
        out.writeLong(timeMs, "time");
        out.writeInt(txn.type(), "type");
        writeBody(txn, out);
        if (digestVersion != NO_DIGEST) {
            out.writeInt(digestVersion, "version");
            out.writeLong(treeDigest, "treeDigest");
        }
    }

    /** Of a header, a digest, and an ACL as most have it. */
    private static final int HEADER_AND_MORE_BYTES = 96;

    public byte[] toBytes() {
        BufferOutputArchive out = new BufferOutputArchive(HEADER_AND_MORE_BYTES + expectedBytes(txn));
        write(out);
        return out.toByteArray();
    }

    /** About what the body takes, so that its memory rarely has to grow. */
    private static int expectedBytes(Txn txn) {
        return switch (txn) {
            case Txn.Create create -> expectedBytes(create.path(), create.data());
            case Txn.CreateContainer create -> expectedBytes(create.path(), create.data());
            case Txn.CreateTtl create -> expectedBytes(create.path(), create.data());
            case Txn.SetData set -> expectedBytes(set.path(), set.data());
            case Txn.Multi multi -> {
                int bytes = 0;
                for (Txn each : multi.txns()) bytes += expectedBytes(each);
                yield bytes;
            }
            default -> 0;
        };
    }

    private static int expectedBytes(String path, byte[] data) {
        return path.length() + (data == null ? 0 : data.length) + HEADER_AND_MORE_BYTES;
    }

    private static void writeBody(Txn txn, BufferOutputArchive out) {
        switch (txn) {
            case Txn.Create create -> {
                writeNew(create.path(), create.data(), create.acl(), out);
                out.writeBool(create.ephemeral(), "ephemeral");
                out.writeInt(create.parentCversion(), "parentCVersion");
            }
            case Txn.CreateContainer create -> {
                writeNew(create.path(), create.data(), create.acl(), out);
                out.writeInt(create.parentCversion(), "parentCVersion");
            }
            case Txn.CreateTtl create -> {
                writeNew(create.path(), create.data(), create.acl(), out);
                out.writeInt(create.parentCversion(), "parentCVersion");
                out.writeLong(create.ttlMs(), "ttl");
            }
            case Txn.Delete delete -> out.writeString(delete.path(), "path");
            case Txn.SetData set -> {
                out.writeString(set.path(), "path");
                out.writeBuffer(set.data(), "data");
                out.writeInt(set.version(), "version");
            }
            case Txn.SetAcl set -> {
                out.writeString(set.path(), "path");
                Acl.write(set.acl(), out);
                out.writeInt(set.version(), "version");
            }
            case Txn.Check check -> {
                out.writeString(check.path(), "path");
                out.writeInt(check.version(), "version");
            }
            case Txn.CreateSession session -> out.writeInt(session.timeoutMs(), "timeOut");
            case Txn.CloseSession session -> {
                out.startVector(session.paths(), "paths2Delete");
                for (String path : session.paths()) out.writeString(path, "path");
            }
            case Txn.CloseSessionUnlisted session -> {}
            case Txn.Error error -> out.writeInt(error.code(), "err");
            case Txn.Multi multi -> {
                out.startVector(multi.txns(), "txns");
                BufferOutputArchive part = new BufferOutputArchive(256);
                for (Txn each : multi.txns()) {
                    part.clear();
                    writeBody(each, part);
                    out.writeInt(each.type(), "type");
                    out.writeInt(part.sizeBytes(), "data");
                    out.writeBytes(part.view().array(), 0, part.sizeBytes());
                }
            }
        }
    }

    private static void writeNew(String path, byte[] data, List<Acl> acl, BufferOutputArchive out) {
        out.writeString(path, "path");
        out.writeBuffer(data, "data");
        Acl.write(acl, out);
    }

    /**
     * Reads one entry. What is behind it in the buffer is left: the buffer's position is at its end.
     *
     * @throws IOException if it is none, with what is wrong
     */
    public static LoggedTxn read(ByteBuffer entry) throws IOException {
        BufferInputArchive in = new BufferInputArchive(entry, entry.remaining());
        long clientId = in.readLong("clientId");
        int cxid = in.readInt("cxid");
        long zxid = in.readLong("zxid");
        long timeMs = in.readLong("time");
        int type = in.readInt("type");
        Txn txn;
        int body = entry.position();
        try {
            txn = readBody(type, in);
        } catch (EOFException e) {
            entry.position(body);
            txn = switch (type) {
                case OpCode.CREATE -> readOldCreate(in);
                // as the original has it: what is no list of paths is none
                case OpCode.CLOSE_SESSION -> new Txn.CloseSessionUnlisted();
                default -> throw e;
            };
        }
        int digestVersion = NO_DIGEST;
        long treeDigest = 0;
        if (in.remaining() >= DIGEST_BYTES) {
            digestVersion = in.readInt("version");
            treeDigest = in.readLong("treeDigest");
        }
        return new LoggedTxn(clientId, cxid, zxid, timeMs, txn, digestVersion, treeDigest);
    }

    private static Txn readBody(int type, BufferInputArchive in) throws IOException {
        return switch (type) {
            case OpCode.CREATE, OpCode.CREATE2 -> {
                CreateTxn txn = new CreateTxn();
                txn.deserialize(in, "txn");
                yield new Txn.Create(
                        path(txn.getPath()),
                        txn.getData(),
                        Acl.from(txn.getAcl()),
                        txn.getEphemeral(),
                        txn.getParentCVersion(),
                        type == OpCode.CREATE2);
            }
            case OpCode.CREATE_CONTAINER -> {
                CreateContainerTxn txn = new CreateContainerTxn();
                txn.deserialize(in, "txn");
                yield new Txn.CreateContainer(
                        path(txn.getPath()), txn.getData(), Acl.from(txn.getAcl()), txn.getParentCVersion());
            }
            case OpCode.CREATE_TTL -> {
                CreateTTLTxn txn = new CreateTTLTxn();
                txn.deserialize(in, "txn");
                yield new Txn.CreateTtl(
                        path(txn.getPath()),
                        txn.getData(),
                        Acl.from(txn.getAcl()),
                        txn.getParentCVersion(),
                        txn.getTtl());
            }
            case OpCode.DELETE, OpCode.DELETE_CONTAINER -> {
                DeleteTxn txn = new DeleteTxn();
                txn.deserialize(in, "txn");
                yield new Txn.Delete(path(txn.getPath()), type == OpCode.DELETE_CONTAINER);
            }
            case OpCode.SET_DATA, OpCode.RECONFIG -> {
                SetDataTxn txn = new SetDataTxn();
                txn.deserialize(in, "txn");
                yield new Txn.SetData(path(txn.getPath()), txn.getData(), txn.getVersion(), type == OpCode.RECONFIG);
            }
            case OpCode.SET_ACL -> {
                SetACLTxn txn = new SetACLTxn();
                txn.deserialize(in, "txn");
                yield new Txn.SetAcl(path(txn.getPath()), Acl.from(txn.getAcl()), txn.getVersion());
            }
            case OpCode.CHECK -> {
                CheckVersionTxn txn = new CheckVersionTxn();
                txn.deserialize(in, "txn");
                yield new Txn.Check(path(txn.getPath()), txn.getVersion());
            }
            case OpCode.CREATE_SESSION -> new Txn.CreateSession(in.readInt("timeOut"));
            case OpCode.CLOSE_SESSION -> {
                if (in.remaining() == 0) yield new Txn.CloseSessionUnlisted();
                CloseSessionTxn txn = new CloseSessionTxn();
                txn.deserialize(in, "txn");
                List<String> paths = txn.getPaths2Delete();
                if (paths == null) yield new Txn.CloseSession(List.of());
                for (String each : paths) path(each);
                yield new Txn.CloseSession(List.copyOf(paths));
            }
            case OpCode.ERROR -> new Txn.Error(in.readInt("err"));
            case OpCode.MULTI -> readMulti(in);
            default -> throw new IOException("no transaction has the type " + type);
        };
    }

    private static boolean inMulti(int type) {
        return switch (type) {
            case OpCode.CREATE,
                    OpCode.CREATE2,
                    OpCode.CREATE_CONTAINER,
                    OpCode.CREATE_TTL,
                    OpCode.DELETE,
                    OpCode.DELETE_CONTAINER,
                    OpCode.SET_DATA,
                    OpCode.CHECK,
                    OpCode.ERROR -> true;
            default -> false;
        };
    }

    private static Txn.Multi readMulti(BufferInputArchive in) throws IOException {
        int count = in.readInt("txns");
        if (count < 0 || count > in.remaining() / 8)
            throw new EOFException("the record has no room for " + count + " transactions");
        List<Txn> txns = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int type = in.readInt("type");
            byte[] body = in.readBuffer("data");
            if (body == null || !inMulti(type)) throw new IOException("a multi holds a transaction of type " + type);
            txns.add(readBody(type, new BufferInputArchive(ByteBuffer.wrap(body), body.length)));
        }
        return new Txn.Multi(List.copyOf(txns));
    }

    private static Txn readOldCreate(BufferInputArchive in) throws IOException {
        CreateTxnV0 txn = new CreateTxnV0();
        txn.deserialize(in, "txn");
        return new Txn.Create(
                path(txn.getPath()),
                txn.getData(),
                Acl.from(txn.getAcl()),
                txn.getEphemeral(),
                Txn.CVERSION_UNKNOWN,
                false);
    }

    private static String path(String path) throws IOException {
        if (path == null || !path.startsWith("/")) throw new IOException("a transaction has the path '" + path + "'");
        return path;
    }
}
