package io.ottla.compat;

import io.ottla.compat.ZkRequest.Acl;
import io.ottla.compat.ZkRequest.Field;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;

/** A session that asks one thing at a time, for tests that look at nodes and not at the protocol. */
final class ZkCaller implements AutoCloseable {
    static final List<Acl> OPEN = List.of(new Acl(31, "world", "anyone"));
    static final int OK = 0;
    static final int NO_NODE = -101;

    private final ZkSocket socket;
    private final long sessionId;
    private final byte[] password;
    private final int timeoutMs;
    private int xid;

    /** What a reply is: its error, and what follows the header. */
    record Reply(int error, long zxid, JuteReader body) {}

    ZkCaller(int port, int timeoutMs) throws IOException {
        this(port, timeoutMs, 0, new byte[16]);
    }

    /** Takes a session over; {@link #sessionId} is 0 if the server says that it has expired. */
    ZkCaller(int port, int wantedTimeoutMs, long wantedSession, byte[] wantedPassword) throws IOException {
        socket = new ZkSocket(port);
        socket.sendFrame(new JuteWriter()
                .number(0)
                .number(0L)
                .number(wantedTimeoutMs)
                .number(wantedSession)
                .buffer(wantedPassword)
                .flag(false)
                .bytes());
        JuteReader answer = new JuteReader(receive());
        answer.number();
        timeoutMs = answer.number();
        sessionId = answer.bigNumber();
        password = answer.buffer();
    }

    private byte[] receive() throws IOException {
        return socket.receive().orElseThrow(() -> new IOException("the server closed"));
    }

    long sessionId() {
        return sessionId;
    }

    byte[] password() {
        return password.clone();
    }

    int timeoutMs() {
        return timeoutMs;
    }

    Reply call(int type, Field... fields) throws IOException {
        socket.sendFrame(ZkRequest.of(type, fields).frame(++xid, ZkRequest.ROOT, 0));
        while (true) {
            JuteReader in = new JuteReader(receive());
            int answered = in.number();
            long zxid = in.bigNumber();
            int error = in.number();
            if (answered == xid) return new Reply(error, zxid, in);
        }
    }

    /** @return the error, or 0 */
    int create(String path, byte[] data, int flags) throws IOException {
        return call(
                        ZkRequest.CREATE,
                        new Field.Text(path),
                        new Field.Bytes(data),
                        new Field.Acls(OPEN),
                        new Field.Number(flags))
                .error;
    }

    int create(String path, String data, int flags) throws IOException {
        return create(path, data.getBytes(StandardCharsets.UTF_8), flags);
    }

    int set(String path, String data) throws IOException {
        return call(
                        ZkRequest.SET_DATA,
                        new Field.Text(path),
                        new Field.Bytes(data.getBytes(StandardCharsets.UTF_8)),
                        new Field.Number(-1))
                .error;
    }

    int delete(String path) throws IOException {
        return call(ZkRequest.DELETE, new Field.Text(path), new Field.Number(-1)).error;
    }

    /** Empty text if there is no data; throws if there is no such node. */
    String get(String path) throws IOException {
        Reply reply = call(ZkRequest.GET_DATA, new Field.Text(path), new Field.Flag(false));
        if (reply.error != OK) throw new IOException(path + ": error " + reply.error);
        return new String(reply.body.buffer(), StandardCharsets.UTF_8);
    }

    boolean exists(String path) throws IOException {
        return call(ZkRequest.EXISTS, new Field.Text(path), new Field.Flag(false)).error == OK;
    }

    List<String> children(String path) throws IOException {
        Reply reply = call(ZkRequest.GET_CHILDREN, new Field.Text(path), new Field.Flag(false));
        if (reply.error != OK) throw new IOException(path + ": error " + reply.error);
        return reply.body.vector(reply.body::text);
    }

    void authenticate(String userAndPassword) throws IOException {
        socket.sendFrame(ZkRequest.of(
                        ZkRequest.AUTH,
                        new Field.Number(0),
                        new Field.Text("digest"),
                        new Field.Bytes(userAndPassword.getBytes(StandardCharsets.UTF_8)))
                .frame(ZkRequest.AUTH_XID, ZkRequest.ROOT, 0));
        receive();
    }

    /** Every node with its data, its ACL and every field of its Stat, by path. */
    TreeMap<String, String> tree() throws IOException {
        TreeMap<String, String> all = new TreeMap<>();
        collect("/", all);
        return all;
    }

    private void collect(String path, TreeMap<String, String> all) throws IOException {
        JuteReader data = call(ZkRequest.GET_DATA, new Field.Text(path), new Field.Flag(false)).body;
        byte[] bytes = data.buffer();
        JuteReader acl = call(ZkRequest.GET_ACL, new Field.Text(path)).body;
        List<Acl> acls = acl.vector(() -> new Acl(acl.number(), acl.text(), acl.text()));
        all.put(path, "%s %s %s".formatted(new String(bytes, StandardCharsets.ISO_8859_1), acls, stat(data)));
        for (String child : children(path)) collect(path.equals("/") ? "/" + child : path + "/" + child, all);
    }

    private static String stat(JuteReader in) {
        return "c %x m %x ctime %d mtime %d versions %d %d %d owner %x bytes %d children %d p %x"
                .formatted(
                        in.bigNumber(),
                        in.bigNumber(),
                        in.bigNumber(),
                        in.bigNumber(),
                        in.number(),
                        in.number(),
                        in.number(),
                        in.bigNumber(),
                        in.number(),
                        in.number(),
                        in.bigNumber());
    }

    void endSession() throws IOException {
        call(ZkRequest.CLOSE_SESSION);
        close();
    }

    @Override
    public void close() {
        socket.close();
    }
}
