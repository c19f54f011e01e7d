package io.ottla.compare;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import org.apache.jute.BinaryOutputArchive;
import org.apache.jute.Record;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs;
import org.apache.zookeeper.proto.ConnectRequest;
import org.apache.zookeeper.proto.CreateRequest;
import org.apache.zookeeper.proto.ExistsRequest;
import org.apache.zookeeper.proto.RequestHeader;

/**
 * A session on a connection of its own, that says nothing by itself: no ping, no reconnect, no thread. So there can be thousands in a
 * process, and all of them can fall silent. Its frames are Apache's records.
 */
final class ZooKeeperSession implements AutoCloseable {
    /** A reply: to which request, and how it went ({@code 0} is well). */
    record Reply(int xid, int error) {
        static final int EVENT_XID = -1;

        boolean isEvent() {
            return xid == EVENT_XID;
        }
    }

    private static final int CONNECT_MS = 30_000;
    private static final int PROBE_CONNECT_MS = 200;
    private static final int PROBE_SESSION_MS = 10_000;
    private static final int PROBE_ANSWER_MS = 1000;
    private static final int PING_XID = -2;
    private static final int FRAME_BYTES_MAX = 1 << 20;
    private static final int READ_BYTES = 1 << 10;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final ByteArrayOutputStream unsent = new ByteArrayOutputStream(256);
    private int xid;

    /** Connects, and puts the request for a session into what is to be sent. */
    ZooKeeperSession(int port, int timeoutMs) throws IOException {
        this(port, timeoutMs, CONNECT_MS);
    }

    private ZooKeeperSession(int port, int timeoutMs, int connectMs) throws IOException {
        try {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), connectMs);
            socket.setTcpNoDelay(true);
            in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), READ_BYTES));
            frame(new ConnectRequest(0, 0, timeoutMs, 0, new byte[16], false));
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Whether the server on this port of the loopback address begins a session and reads its root. */
    static boolean answers(int port) {
        try (ZooKeeperSession session = new ZooKeeperSession(port, PROBE_SESSION_MS, PROBE_CONNECT_MS)) {
            session.socket.setSoTimeout(PROBE_ANSWER_MS);
            session.exists("/", false);
            session.send();
            session.begun();
            boolean read = session.reply().error() == 0;
            session.end();
            return read;
        } catch (IOException notYet) {
            return false;
        }
    }

    void createEphemeral(String path, byte[] data) throws IOException {
        request(
                ZooDefs.OpCode.create,
                new CreateRequest(path, data, ZooDefs.Ids.OPEN_ACL_UNSAFE, CreateMode.EPHEMERAL.toFlag()));
    }

    /** Asks for a node, whether it is there or not, and to hear of it if {@code watch}. */
    void exists(String path, boolean watch) throws IOException {
        request(ZooDefs.OpCode.exists, new ExistsRequest(path, watch));
    }

    private void request(int opcode, Record body) throws IOException {
        frame(new RequestHeader(++xid, opcode), body);
    }

    void ping() throws IOException {
        frame(new RequestHeader(PING_XID, ZooDefs.OpCode.ping));
    }

    private void frame(Record... parts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(128);
        BinaryOutputArchive archive = BinaryOutputArchive.getArchive(bytes);
        for (Record part : List.of(parts)) part.serialize(archive, "");
        new DataOutputStream(unsent).writeInt(bytes.size());
        bytes.writeTo(unsent);
    }

    /** What was asked goes only now, in one piece. */
    void send() throws IOException {
        unsent.writeTo(socket.getOutputStream());
        unsent.reset();
    }

    /** Waits for the answer to the request for a session. */
    void begun() throws IOException {
        int length = length();
        in.readInt(); // version
        if (in.readInt() <= 0) throw new IOException("the server gave no session");
        in.skipNBytes(length - 8);
    }

    /** The next reply or event. */
    Reply reply() throws IOException {
        int length = length();
        int of = in.readInt();
        in.readLong(); // zxid
        int error = in.readInt();
        in.skipNBytes(length - 16);
        return new Reply(of, error);
    }

    private int length() throws IOException {
        int length = in.readInt();
        if (length < 16 || length > FRAME_BYTES_MAX) throw new IOException("a frame of " + length + " bytes");
        return length;
    }

    /** Ends the session, and waits until the server says so. */
    void end() throws IOException {
        frame(new RequestHeader(++xid, ZooDefs.OpCode.closeSession));
        send();
        reply();
    }

    /** Closes the connection; the session lives until it expires. */
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
