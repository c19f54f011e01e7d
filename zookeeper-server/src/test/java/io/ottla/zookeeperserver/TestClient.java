package io.ottla.zookeeperserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Network;
import io.ottla.zookeeperprotocol.BufferInputArchive;
import io.ottla.zookeeperprotocol.BufferOutputArchive;
import io.ottla.zookeeperprotocol.ClientReply;
import io.ottla.zookeeperprotocol.ClientRequest;
import io.ottla.zookeeperprotocol.ClientRequestCodec;
import io.ottla.zookeeperprotocol.ConnectRequest;
import io.ottla.zookeeperprotocol.ConnectResponse;
import io.ottla.zookeeperprotocol.ErrorCode;
import io.ottla.zookeeperprotocol.ReplyHeader;
import io.ottla.zookeeperprotocol.RequestHeader;
import io.ottla.zookeeperprotocol.WatcherEvent;
import io.ottla.zookeeperprotocol.Xid;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.cert.X509Certificate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One connection of a client. What the server sends is kept as bytes and told as text: one line a packet. While it is not {@link #taking}, what
 * is sent stays unsent; while the server does not read, what the client sends waits.
 */
final class TestClient implements Network.Connection {
    private static final int LENGTH_MAX = 1 << 24;

    private final TestPort port;
    private final InetSocketAddress remote;
    private final List<X509Certificate> certificates;
    private final Network.Receiver receiver;
    private final ByteArrayOutputStream got = new ByteArrayOutputStream();
    private final ArrayDeque<ByteBuffer> unsent = new ArrayDeque<>();
    private final ArrayDeque<byte[]> unread = new ArrayDeque<>();
    /** Of the answers, by the xid of the request. */
    final Map<Integer, Long> zxids = new HashMap<>();

    private final Map<Integer, Integer> types = new HashMap<>();
    private int told;
    private boolean taking = true;
    boolean reading = true;
    private boolean closing;
    boolean closed;
    int sends;
    /** How many of the port's connections had been closed when this was last sent something. */
    int closesBeforeSend;

    long sessionId;
    byte[] password = new byte[16];
    int nextXid = 1;

    TestClient(TestPort port, int clientPort, List<X509Certificate> certificates) {
        this.port = port;
        this.certificates = certificates;
        remote = new InetSocketAddress(InetAddress.ofLiteral("10.0.0.1"), clientPort);
        receiver = port.server.acceptor(false).accepted(this);
    }

    // ---- what the client does ----

    /** Bytes as they come over the wire: whole frames. */
    void raw(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        while (in.hasRemaining()) {
            int prefix = in.getInt();
            int body = port.framing.bodyBytes(prefix);
            if (body == Network.Framing.CLOSE) {
                close(true);
                return;
            }
            byte[] frame = new byte[4 + body];
            in.position(in.position() - 4);
            in.get(frame);
            unread.addLast(frame);
        }
        arrive();
    }

    private void arrive() {
        while (reading && !closed && !unread.isEmpty()) {
            byte[] frame = unread.removeFirst();
            int prefix = ByteBuffer.wrap(frame).getInt();
            receiver.received(
                    prefix, ByteBuffer.wrap(frame, 4, frame.length - 4).slice());
            // the bytes are the receiver's only during the call
            Arrays.fill(frame, (byte) 0x5a);
        }
    }

    private void packet(BufferOutputArchive body) {
        ByteBuffer framed = ByteBuffer.allocate(4 + body.sizeBytes())
                .putInt(body.sizeBytes())
                .put(body.view());
        raw(framed.array());
    }

    void connect(long session, byte[] sessionPassword, int timeoutMs, long lastZxidSeen) {
        connect(new ConnectRequest(0, lastZxidSeen, timeoutMs, session, sessionPassword, false, true));
    }

    void connect(ConnectRequest request) {
        BufferOutputArchive out = new BufferOutputArchive(64);
        request.write(out);
        packet(out);
    }

    /** The answer to a connect, as text; empty if there is none. */
    String opened() {
        ByteBuffer left = left();
        if (left.remaining() < 4) return closed ? "closed" : "";
        int size = left.getInt();
        try {
            ConnectResponse response =
                    ConnectResponse.read(new BufferInputArchive(left.slice(left.position(), size), LENGTH_MAX));
            told += 4 + size;
            sessionId = response.sessionId();
            password = response.password();
            return (sessionId == 0 ? "expired" : "opened " + response.timeoutMs())
                    + (response.tellsReadOnly() ? " readOnly=" + response.readOnly() : "")
                    + (closed ? ", closed" : "");
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Sends requests in one piece, with the next numbers. */
    void send(ClientRequest... requests) {
        for (ClientRequest request : requests) send(nextXid++, request);
    }

    void send(int xid, ClientRequest request) {
        types.put(xid, request.type());
        BufferOutputArchive out = new BufferOutputArchive(64);
        new RequestHeader(xid, request.type()).write(out);
        ClientRequestCodec.write(request, out);
        packet(out);
    }

    /** A request and what follows from it. */
    List<String> ask(ClientRequest... requests) {
        send(requests);
        port.drain();
        return told();
    }

    void takes(boolean on) {
        taking = on;
        if (on) flush();
    }

    /** Shuts its sending side, as nc -N does; a network that is told of nothing owed closes at once. */
    void sendNoMore() {
        if (!closed && !receiver.ended()) close(true);
    }

    void hangUp() {
        if (closed) return;
        closed = true;
        receiver.closed();
    }

    // ---- what it got ----

    private ByteBuffer left() {
        byte[] all = got.toByteArray();
        return ByteBuffer.wrap(all, told, all.length - told).slice();
    }

    /** What has come since the last time, and no packets: text. */
    String text() {
        String text = StandardCharsets.UTF_8.decode(left()).toString();
        told = got.size();
        return text + (closed ? "[closed]" : "");
    }

    /** The packets that have come since the last time; "closed" at the end if the server has closed. */
    List<String> told() {
        List<String> lines = new ArrayList<>();
        ByteBuffer left = left();
        try {
            while (left.remaining() >= 4) {
                int size = left.getInt();
                assertThat(left.remaining()).as("a whole packet").isGreaterThanOrEqualTo(size);
                lines.add(line(new BufferInputArchive(left.slice(left.position(), size), LENGTH_MAX)));
                left.position(left.position() + size);
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        told = got.size();
        if (closed) lines.add("closed");
        return lines;
    }

    private String line(BufferInputArchive in) throws IOException {
        ReplyHeader header = ReplyHeader.read(in);
        if (header.xid() == Xid.NOTIFICATION) {
            WatcherEvent event = WatcherEvent.read(in);
            assertThat(event.state()).isEqualTo(WatcherEvent.SYNC_CONNECTED);
            return "event " + event.type() + " " + event.path() + (header.zxid() == -1 ? " made up" : "");
        }
        zxids.put(header.xid(), header.zxid());
        if (header.err() != 0)
            return header.xid() + " " + ErrorCode.fromCode(header.err()).orElseThrow();
        Optional<Integer> type = Optional.ofNullable(types.get(header.xid()));
        ClientReply reply = type.isPresent() ? ClientReply.read(type.get(), in) : new ClientReply.Nothing();
        assertThat(in.remaining()).isZero();
        return (header.xid() + " " + text(reply)).strip();
    }

    private static String text(ClientReply reply) {
        return switch (reply) {
            case ClientReply.Nothing nothing -> "ok";
            case ClientReply.Path path -> path.path();
            case ClientReply.PathStat path -> path.path() + " v" + path.stat().version();
            case ClientReply.StatOnly only -> "v" + only.stat().version();
            case ClientReply.Data data -> text(data.data()) + " v" + data.stat().version();
            case ClientReply.Acls acls -> acls.acl().toString();
            case ClientReply.Names names ->
                names.names().stream().sorted().toList().toString();
            case ClientReply.NamesStat names ->
                names.names().stream().sorted().toList() + " c" + names.stat().cversion();
            case ClientReply.Number number -> String.valueOf(number.number());
            case ClientReply.Token token -> token.token() == null ? "no token" : "token";
            case ClientReply.ClientInfos infos ->
                infos.infos().stream()
                        .map(info -> info.scheme() + ":" + info.user())
                        .toList()
                        .toString();
            case ClientReply.Multi multi ->
                multi.results().stream().map(TestClient::text).toList().toString();
        };
    }

    private static String text(ClientReply.OpResult result) {
        return switch (result) {
            case ClientReply.OpCreated created -> created.path();
            case ClientReply.OpCreated2 created ->
                created.path() + " v" + created.stat().version();
            case ClientReply.OpChanged changed -> "v" + changed.stat().version();
            case ClientReply.OpDone done -> "done";
            case ClientReply.OpData data -> text(data.data());
            case ClientReply.OpNames names ->
                names.names().stream().sorted().toList().toString();
            case ClientReply.OpFailed failed ->
                ErrorCode.fromCode(failed.code()).orElseThrow().toString();
        };
    }

    private static String text(byte[] data) {
        return data == null ? "none" : "'" + new String(data, StandardCharsets.UTF_8) + "'";
    }

    /** The token of the last SASL answer. */
    byte[] lastToken() throws IOException {
        ByteBuffer left = left();
        int size = left.getInt();
        BufferInputArchive in = new BufferInputArchive(left.slice(left.position(), size), LENGTH_MAX);
        ReplyHeader header = ReplyHeader.read(in);
        told += 4 + size;
        if (header.err() != 0)
            throw new IOException(ErrorCode.fromCode(header.err()).orElseThrow().name());
        return in.readBuffer("token");
    }

    // ---- what the server sees ----

    @Override
    public long id() {
        return remote.getPort();
    }

    @Override
    public InetSocketAddress remote() {
        return remote;
    }

    @Override
    public InetSocketAddress local() {
        return new InetSocketAddress(InetAddress.ofLiteral("10.0.0.2"), 2181);
    }

    @Override
    public List<X509Certificate> peerCertificates() {
        return certificates;
    }

    @Override
    public void send(List<Network.Payload> parts) {
        if (closed) return;
        sends++;
        closesBeforeSend = port.closes;
        for (Network.Payload part : parts) {
            switch (part) {
                case Network.Payload.Bytes bytes -> unsent.addLast(bytes.buffer());
                case Network.Payload.FileRange range -> throw new AssertionError("no reply is a file");
            }
        }
        if (taking) port.world.execute(this::flush);
    }

    private void flush() {
        if (closed || unsent.isEmpty()) return;
        while (!unsent.isEmpty()) {
            ByteBuffer buffer = unsent.removeFirst();
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            got.writeBytes(bytes);
        }
        receiver.drained();
        if (closing) hangUp();
    }

    @Override
    public long unsentBytes() {
        return unsent.stream().mapToLong(ByteBuffer::remaining).sum();
    }

    @Override
    public void reading(boolean on) {
        reading = on;
        if (on) port.world.execute(this::arrive);
    }

    @Override
    public void close(boolean flush) {
        if (closed) return;
        port.closes++;
        closing = true;
        reading = false;
        if (!flush || unsent.isEmpty()) port.world.execute(this::hangUp);
        else if (taking) port.world.execute(this::flush);
    }
}
