package io.ottla.sim;

import io.ottla.base.SeededRandom;
import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.BufferInputArchive;
import io.ottla.zookeeperprotocol.BufferOutputArchive;
import io.ottla.zookeeperprotocol.ClientRequest;
import io.ottla.zookeeperprotocol.ClientRequestCodec;
import io.ottla.zookeeperprotocol.ConnectRequest;
import io.ottla.zookeeperprotocol.ErrorCode;
import io.ottla.zookeeperprotocol.FourLetterWord;
import io.ottla.zookeeperprotocol.OpCode;
import io.ottla.zookeeperprotocol.ReplyHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A client of ZooKeeper that sends what nobody should. One that keeps to the form has a session, and demands that its requests are answered in their order with
 * codes that exist; one that damages its packets may be turned away.
 */
final class HostileZookeeperClient {
    private static final int LENGTH_BYTES = 4;
    private static final int FRAME_BYTES_MAX = 1 << 24;
    private static final long WORK_MS = 10_000;

    private static final int[] OPS = {
        OpCode.CREATE,
        OpCode.CREATE2,
        OpCode.CREATE_CONTAINER,
        OpCode.CREATE_TTL,
        OpCode.DELETE,
        OpCode.SET_DATA,
        OpCode.CHECK,
        OpCode.MULTI,
        OpCode.EXISTS,
        OpCode.GET_DATA,
        OpCode.GET_ACL,
        OpCode.SET_ACL,
        OpCode.GET_CHILDREN,
        OpCode.GET_CHILDREN2,
        OpCode.SYNC,
        OpCode.MULTI_READ,
        OpCode.RECONFIG,
        OpCode.CHECK_WATCHES,
        OpCode.REMOVE_WATCHES,
        OpCode.ADD_WATCH,
        OpCode.SET_WATCHES,
        OpCode.SET_WATCHES2,
        OpCode.GET_EPHEMERALS,
        OpCode.GET_ALL_CHILDREN_NUMBER,
        OpCode.WHO_AM_I,
        OpCode.CREATE,
        OpCode.CREATE2,
        OpCode.SET_DATA,
        OpCode.MULTI,
        OpCode.GET_DATA,
        OpCode.GET_CHILDREN
    };

    private final World world;
    private final Machine machine;
    private final SeededRandom random;
    private final ZnodeVocabulary vocabulary;
    private final boolean damages;
    private final ArrayDeque<Sent> outstanding = new ArrayDeque<>();
    private Optional<Session> session = Optional.empty();
    private long sessionId;
    private byte[] password = new byte[16];
    private long lastZxid;
    private int xid;
    private long executions;
    private long answers;

    private record Sent(int xid, ClientRequest request, long sentMs) {}

    HostileZookeeperClient(World world, Machine machine, ZnodeVocabulary vocabulary, boolean damages) {
        this.world = world;
        this.machine = machine;
        this.vocabulary = vocabulary;
        this.damages = damages;
        random = world.random();
    }

    long executions() {
        return executions;
    }

    long answers() {
        return answers;
    }

    int outstanding() {
        return outstanding.size();
    }

    void close() {
        session.ifPresent(open -> {
            if (random.chance(0.5)) open.peer.close();
            else open.peer.cut();
        });
        lost();
    }

    void lost() {
        session = Optional.empty();
        outstanding.clear();
        if (random.chance(0.3)) sessionId = 0;
    }

    /** @throws AssertionError if a request was not answered, and the connection is still there */
    void mustBeAnswered() {
        if (damages || session.isEmpty() || !session.get().attached) return;
        for (Sent waiting : outstanding)
            if (world.nowMs() - waiting.sentMs() > WORK_MS)
                throw new AssertionError("not answered in " + (world.nowMs() - waiting.sentMs()) + " ms: " + waiting);
    }

    // ---- sending

    void send() {
        executions++;
        if (session.isEmpty()) {
            connect();
            return;
        }
        Session open = session.get();
        if (!open.attached && !damages) return;
        if (damages) {
            byte[] packet = packet(draw());
            open.peer.send(
                    random.chance(0.9)
                            ? framed(Odd.damaged(packet, LENGTH_BYTES, random))
                            : Odd.damaged(packet, 0, random));
            return;
        }
        ClientRequest request = draw();
        world.trace().event("fuzz sends " + request.type() + " #" + (xid + 1));
        open.peer.send(packet(request));
        if (!(request instanceof ClientRequest.Ping)
                && !(request instanceof ClientRequest.Auth)
                && !(request instanceof ClientRequest.Sasl)) outstanding.add(new Sent(xid, request, world.nowMs()));
    }

    private void connect() {
        Session opened = new Session();
        opened.peer = machine.network().connect(ZookeeperClient.PORT, opened);
        session = Optional.of(opened);
        if (damages && random.chance(0.3)) {
            FourLetterWord[] words = FourLetterWord.values();
            opened.peer.send(words[random.nextInt(words.length)].word().getBytes(StandardCharsets.US_ASCII));
            if (random.chance(0.5)) opened.peer.send(Odd.bytes(random, random.nextInt(12)));
            return;
        }
        BufferOutputArchive out = new BufferOutputArchive(64);
        boolean odd = random.chance(0.15);
        new ConnectRequest(
                        random.chance(0.95) ? 0 : (int) Odd.number(random),
                        odd ? Odd.number(random) : lastZxid,
                        odd ? (int) Odd.number(random) : 2000 + random.nextInt(20_000),
                        odd ? Odd.number(random) : sessionId,
                        random.chance(0.05) ? Odd.bytes(random, random.nextInt(20)) : password,
                        random.chance(0.1),
                        random.chance(0.9))
                .write(out);
        byte[] packet = framed(prefixed(out));
        opened.peer.send(damages ? Odd.damaged(packet, 0, random) : packet);
    }

    private byte[] packet(ClientRequest request) {
        BufferOutputArchive out = new BufferOutputArchive(256);
        int number = switch (request) {
            case ClientRequest.Ping ping -> -2;
            case ClientRequest.Auth auth -> -4;
            case ClientRequest.Sasl sasl -> -4;
            default -> ++xid;
        };
        out.writeInt(damages && random.chance(0.1) ? (int) Odd.number(random) : number, "xid");
        out.writeInt(request.type(), "type");
        ClientRequestCodec.write(request, out);
        return framed(prefixed(out));
    }

    private static byte[] prefixed(BufferOutputArchive out) {
        byte[] body = out.toByteArray();
        return ByteBuffer.allocate(LENGTH_BYTES + body.length)
                .putInt(body.length)
                .put(body)
                .array();
    }

    private static byte[] framed(byte[] packet) {
        if (packet.length >= LENGTH_BYTES) ByteBuffer.wrap(packet).putInt(packet.length - LENGTH_BYTES);
        return packet;
    }

    // ---- what is asked

    private ClientRequest draw() {
        int special = random.nextInt(200);
        if (special == 0) return new ClientRequest.CloseSession();
        if (special == 1) return unserved((int) Odd.number(random));
        if (special == 2) return unserved(random.nextInt(120) - 12);
        if (special < 6) return new ClientRequest.Ping();
        if (special < 8) return auth();
        if (special == 8) return new ClientRequest.Sasl(Odd.bytes(random, random.nextInt(40)));
        return draw(OPS[random.nextInt(OPS.length)]);
    }

    /** Pings and proofs are answered out of the line. */
    private static ClientRequest unserved(int type) {
        return type == OpCode.PING || type == OpCode.AUTH || type == OpCode.SASL
                ? new ClientRequest.Ping()
                : new ClientRequest.Unserved(type);
    }

    private ClientRequest draw(int type) {
        String path = vocabulary.path();
        return switch (type) {
            case OpCode.MULTI -> {
                List<ClientRequest.Op> ops = new ArrayList<>();
                for (int i = random.chance(0.02) ? 200 : random.nextInt(5); i > 0; i--) ops.add(op());
                yield new ClientRequest.Multi(ops);
            }
            case OpCode.EXISTS -> new ClientRequest.Exists(path, random.chance(0.5));
            case OpCode.GET_DATA -> new ClientRequest.GetData(path, random.chance(0.5));
            case OpCode.GET_ACL -> new ClientRequest.GetAcl(path);
            case OpCode.SET_ACL -> new ClientRequest.SetAcl(path, acl(), version());
            case OpCode.GET_CHILDREN, OpCode.GET_CHILDREN2 ->
                new ClientRequest.GetChildren(type, path, random.chance(0.5));
            case OpCode.SYNC -> new ClientRequest.Sync(path);
            case OpCode.MULTI_READ -> {
                List<ClientRequest.Read> reads = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--)
                    reads.add(
                            random.chance(0.5)
                                    ? new ClientRequest.GetData(vocabulary.path(), random.chance(0.5))
                                    : new ClientRequest.GetChildren(
                                            OpCode.GET_CHILDREN, vocabulary.path(), random.chance(0.5)));
                yield new ClientRequest.MultiRead(reads);
            }
            case OpCode.RECONFIG ->
                new ClientRequest.Reconfig("server.2=x:1:2;3", random.chance(0.5) ? "1" : "", "", version());
            case OpCode.CHECK_WATCHES -> new ClientRequest.CheckWatches(path, small());
            case OpCode.REMOVE_WATCHES -> new ClientRequest.RemoveWatches(path, small());
            case OpCode.ADD_WATCH -> new ClientRequest.AddWatch(path, small() % 3);
            case OpCode.SET_WATCHES, OpCode.SET_WATCHES2 ->
                new ClientRequest.SetWatches(
                        type,
                        random.chance(0.5) ? lastZxid : Odd.number(random),
                        paths(),
                        paths(),
                        paths(),
                        paths(),
                        paths());
            case OpCode.GET_EPHEMERALS -> new ClientRequest.GetEphemerals(path);
            case OpCode.GET_ALL_CHILDREN_NUMBER -> new ClientRequest.GetAllChildrenNumber(path);
            case OpCode.WHO_AM_I -> new ClientRequest.WhoAmI();
            default -> op(type);
        };
    }

    private ClientRequest.Op op() {
        int[] types = {
            OpCode.CREATE,
            OpCode.CREATE2,
            OpCode.CREATE_CONTAINER,
            OpCode.CREATE_TTL,
            OpCode.DELETE,
            OpCode.SET_DATA,
            OpCode.CHECK
        };
        return op(types[random.nextInt(types.length)]);
    }

    private ClientRequest.Op op(int type) {
        String path = vocabulary.path();
        return switch (type) {
            case OpCode.DELETE -> new ClientRequest.Delete(path, version());
            case OpCode.SET_DATA -> new ClientRequest.SetData(path, vocabulary.content(), version());
            case OpCode.CHECK -> new ClientRequest.Check(path, version());
            default -> {
                int flags = switch (type) {
                    case OpCode.CREATE_CONTAINER -> 4;
                    case OpCode.CREATE_TTL -> 5 + random.nextInt(2);
                    default -> random.nextInt(4);
                };
                if (random.chance(0.05)) flags = (int) Odd.number(random);
                long ttlMs = random.chance(0.2) ? Odd.number(random) : 1 + random.nextInt(3000);
                yield new ClientRequest.Create(type, path, vocabulary.content(), acl(), flags, ttlMs);
            }
        };
    }

    private int version() {
        return random.chance(0.7) ? -1 : random.chance(0.7) ? random.nextInt(4) : (int) Odd.number(random);
    }

    private int small() {
        return random.chance(0.9) ? random.nextInt(7) : (int) Odd.number(random);
    }

    private List<String> paths() {
        List<String> paths = new ArrayList<>();
        for (int i = random.chance(0.02) ? 100 : random.nextInt(3); i > 0; i--) paths.add(vocabulary.path());
        return paths;
    }

    private List<Acl> acl() {
        return switch (random.nextInt(30)) {
            case 0 -> List.of();
            case 1 -> List.of(new Acl(31, "auth", ""));
            case 2 -> List.of(new Acl(31, "digest", "u:" + "+8dd0vl6oZZFRkNHnyTQqZcsbLQ="));
            case 3 -> List.of(new Acl(31, "ip", "127.0.0.1"), new Acl(1, "world", "anyone"));
            case 4 -> List.of(new Acl((int) Odd.number(random), "world", "anyone"));
            case 5 -> List.of(new Acl(31, new String(Odd.text(random), StandardCharsets.UTF_8), "x"));
            case 6 -> List.of(new Acl(31, "ip", new String(Odd.text(random), StandardCharsets.UTF_8)));
            case 7 -> List.of(new Acl(31, "digest", new String(Odd.text(random), StandardCharsets.UTF_8)));
            case 8 -> List.of(Acl.OPEN.getFirst(), Acl.OPEN.getFirst());
            case 9 -> List.of(new Acl(31, "x509", "CN=x"), new Acl(31, "sasl", "u"), new Acl(31, "super", ""));
            default -> Acl.OPEN;
        };
    }

    private ClientRequest.Auth auth() {
        String scheme = switch (random.nextInt(5)) {
            case 0 -> "ip";
            case 1 -> "world";
            case 2 -> new String(Odd.text(random), StandardCharsets.UTF_8);
            default -> "digest";
        };
        byte[] proof = random.chance(0.7) ? "u:p".getBytes(StandardCharsets.US_ASCII) : Odd.text(random);
        return new ClientRequest.Auth(scheme, proof);
    }

    // ---- receiving

    private final class Session implements VirtualPeer.Listener {
        private VirtualPeer peer;
        private byte[] inbox = new byte[0];
        private boolean attached;

        private boolean isCurrent() {
            return session.filter(current -> current == this).isPresent();
        }

        @Override
        public void received(byte[] bytes) {
            if (!isCurrent()) return;
            answers++;
            if (damages) return; // words, wrong lengths: nothing that could be told apart
            ByteBuffer all = ByteBuffer.allocate(inbox.length + bytes.length)
                    .put(inbox)
                    .put(bytes)
                    .flip();
            while (all.remaining() >= LENGTH_BYTES && all.remaining() - LENGTH_BYTES >= all.getInt(all.position())) {
                int length = all.getInt();
                ByteBuffer frame = all.slice(all.position(), length);
                all.position(all.position() + length);
                try {
                    if (attached) answered(new BufferInputArchive(frame, FRAME_BYTES_MAX));
                    else attach(new BufferInputArchive(frame, FRAME_BYTES_MAX));
                } catch (IOException e) {
                    throw new AssertionError(
                            "an answer that cannot be read; the oldest request is " + outstanding.peek(), e);
                }
            }
            inbox = new byte[all.remaining()];
            all.get(inbox);
        }

        private void attach(BufferInputArchive in) throws IOException {
            ZookeeperPackets.Session given = ZookeeperPackets.session(in);
            attached = given.id() != 0;
            sessionId = given.id();
            password = given.password() == null ? new byte[16] : given.password();
        }

        @Override
        public void closed(boolean broken) {
            if (!isCurrent()) return;
            session = Optional.empty();
            outstanding.clear();
            if (random.chance(0.5)) sessionId = 0;
        }
    }

    private void answered(BufferInputArchive in) throws IOException {
        ReplyHeader header = ReplyHeader.read(in);
        if (header.xid() < 0) return; // an event, a ping, a proof
        if (ErrorCode.fromCode(header.err()).isEmpty())
            throw new AssertionError("an error that nobody knows: " + header + " to " + outstanding.peek());
        Sent sent = outstanding.poll();
        if (sent == null || sent.xid() != header.xid())
            throw new AssertionError("an answer out of order: " + header + ", the oldest request is " + sent);
        lastZxid = Math.max(lastZxid, header.zxid());
        if (header.err() != 0) return;
        switch (sent.request()) {
            case ClientRequest.GetData get -> vocabulary.learnContent(in.readBuffer("data"));
            case ClientRequest.Create create -> vocabulary.learnPath(in.readString("path"));
            case ClientRequest.GetChildren get -> {
                for (int i = Math.min(in.readInt("count"), 20); i > 0; i--)
                    vocabulary.learnPath((get.path().equals("/") ? "" : get.path()) + "/" + in.readString("child"));
            }
            default -> {}
        }
    }
}
