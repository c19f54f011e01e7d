package io.ottla.sim;

import io.ottla.base.SeededRandom;
import io.ottla.zookeeperprotocol.BufferInputArchive;
import io.ottla.zookeeperprotocol.ReplyHeader;
import io.ottla.zookeeperprotocol.WatcherEvent;
import io.ottla.zookeeperprotocol.Xid;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A ZooKeeper client in the virtual world: has a session, keeps it alive, asks what its workload wants, comes back over another
 * connection when one is lost, or sometimes while the old one still is there, and sets its watches again. What it still sends over one that it has left
 * must not be carried out (its tokens are in no history); nor may anybody have its session who does not know its password.
 */
final class ZookeeperClient {
    static final int PORT = 2181;

    private static final int LENGTH_BYTES = 4;
    private static final int FRAME_BYTES_MAX = 1 << 20;
    private static final long CONNECT_MS_MAX = 3_000;
    private static final long SILENCE_MS_MAX = 5_000;
    private static final int OUTSTANDING_MAX = 6;
    private static final int SET_WATCHES_XID = Xid.SET_WATCHES;

    private final World world;
    private final Machine machine;
    private final ZookeeperHistory history;
    private final SeededRandom random;
    private final String name;
    private final int timeoutMs;
    private final ZookeeperWorkload workload;
    private final ArrayDeque<Request> outstanding = new ArrayDeque<>();
    private final Set<String> watched = new LinkedHashSet<>();
    private Optional<Connection> connection = Optional.empty();

    /** The connection that it has moved from, until it has something else. */
    private Optional<Connection> left = Optional.empty();

    private long sessionId;
    private byte[] password = new byte[16];
    private int negotiatedMs;
    private long lastZxid;
    private long lastHeardOfSentMs;
    private int xid;
    private boolean follows;
    private boolean stopped;
    private int answered;
    private int strays;

    private record Request(int xid, ZnodeOp op, long sentMs, long highestBefore) {}

    ZookeeperClient(
            World world,
            Machine machine,
            ZookeeperHistory history,
            String name,
            int timeoutMs,
            ZookeeperWorkload workload) {
        this.world = world;
        this.machine = machine;
        this.history = history;
        this.random = world.random();
        this.name = name;
        this.timeoutMs = timeoutMs;
        this.workload = workload;
    }

    void begin() {
        connect();
    }

    /** Asks nothing new, and lets go of its session without a word. */
    void stop() {
        stopped = true;
        connection.ifPresent(open -> open.peer.close());
        connection = Optional.empty();
    }

    int answered() {
        return answered;
    }

    // ---- connections

    private void connect() {
        if (stopped) return;
        if (!machine.isRunning()) {
            later();
            return;
        }
        Connection opened = new Connection();
        opened.peer = machine.network().connect(PORT, opened);
        connection = Optional.of(opened);
        if (sessionId != 0 && random.chance(0.05)) intrude();
        opened.peer.send(ZookeeperPackets.connect(lastZxid, timeoutMs, sessionId, password));
        world.after(CONNECT_MS_MAX, () -> {
            if (isCurrent(opened) && !opened.attached) lost(opened);
        });
    }

    /** Somebody knows the number of the session, and not its password. */
    private void intrude() {
        byte[] guess = password.clone();
        guess[random.nextInt(guess.length)] ^= (byte) (1 << random.nextInt(8));
        VirtualPeer[] intruder = new VirtualPeer[1];
        intruder[0] = machine.network().connect(PORT, new VirtualPeer.Listener() {
            @Override
            public void received(byte[] bytes) {
                if (bytes.length < LENGTH_BYTES) return;
                try {
                    ByteBuffer frame = ByteBuffer.wrap(bytes, LENGTH_BYTES, bytes.length - LENGTH_BYTES);
                    long given = ZookeeperPackets.session(new BufferInputArchive(frame.slice(), FRAME_BYTES_MAX))
                            .id();
                    if (given != 0)
                        throw new AssertionError("Z13: session %x is given to a wrong password".formatted(given));
                } catch (IOException cut) {
                    return; // not all of it has come, which is the same to him
                } finally {
                    intruder[0].close();
                }
            }

            @Override
            public void closed(boolean broken) {}
        });
        intruder[0].send(ZookeeperPackets.connect(lastZxid, timeoutMs, sessionId, guess));
    }

    private void later() {
        world.after(1 + random.nextInt(200), this::connect);
    }

    private boolean isCurrent(Connection which) {
        return connection.filter(which::equals).isPresent();
    }

    private void lost(Connection which) {
        if (!isCurrent(which)) return;
        connection = Optional.empty();
        which.peer.close();
        forgetOutstanding();
        later();
    }

    private void forgetOutstanding() {
        List<ZnodeOp> unknown = outstanding.stream().map(Request::op).toList();
        outstanding.clear();
        history.add(new ZookeeperObservation.Lost(name, unknown));
    }

    /** Comes over another connection while this one is open still: what is under way on it is left to itself. */
    private void moveOver() {
        left = connection;
        connection = Optional.empty();
        forgetOutstanding();
        connect();
    }

    private final class Connection implements VirtualPeer.Listener {
        private VirtualPeer peer;
        private boolean attached;
        private boolean rewatching;
        private byte[] inbox = new byte[0];

        @Override
        public void received(byte[] bytes) {
            if (!isCurrent(this)) return;
            ByteBuffer all = ByteBuffer.allocate(inbox.length + bytes.length)
                    .put(inbox)
                    .put(bytes)
                    .flip();
            while (isCurrent(this)
                    && all.remaining() >= LENGTH_BYTES
                    && all.remaining() - LENGTH_BYTES >= all.getInt(all.position())) {
                int length = all.getInt();
                ByteBuffer frame = all.slice(all.position(), length);
                all.position(all.position() + length);
                try {
                    packet(new BufferInputArchive(frame, FRAME_BYTES_MAX));
                } catch (IOException e) {
                    throw new AssertionError(name + " cannot read a packet of " + length + " bytes", e);
                }
            }
            inbox = new byte[all.remaining()];
            all.get(inbox);
        }

        @Override
        public void closed(boolean broken) {
            lost(this);
        }

        private void packet(BufferInputArchive in) throws IOException {
            if (!attached) attach(in);
            else {
                ReplyHeader header = ReplyHeader.read(in);
                switch (header.xid()) {
                    case Xid.NOTIFICATION -> notified(header, WatcherEvent.read(in));
                    case SET_WATCHES_XID -> rewatched(header);
                    case Xid.PING -> answer(ping(), header, in);
                    default -> answer(outstanding.poll(), header, in);
                }
            }
        }

        private Request ping() {
            for (Request each : outstanding) {
                if (!(each.op instanceof ZnodeOp.Ping)) continue;
                outstanding.remove(each);
                return each;
            }
            throw new AssertionError(name + ": an answer to no ping");
        }

        private void attach(BufferInputArchive in) throws IOException {
            ZookeeperPackets.Session given = ZookeeperPackets.session(in);
            if (given.id() == 0) {
                long silentMs = world.nowMs() - lastHeardOfSentMs;
                history.add(new ZookeeperObservation.Expired(name, sessionId, silentMs, negotiatedMs));
                newSession();
                lost(this);
                return;
            }
            attached = true;
            boolean isNew = sessionId == 0;
            if (!isNew && given.id() != sessionId)
                throw new AssertionError("%s asks for session %x and gets %x".formatted(name, sessionId, given.id()));
            sessionId = given.id();
            password = given.password();
            negotiatedMs = given.timeoutMs();
            history.add(new ZookeeperObservation.Attached(name, sessionId, isNew, negotiatedMs));
            left.ifPresent(ZookeeperClient.this::stray);
            left = Optional.empty();
            lastHeardOfSentMs = world.nowMs();
            if (!watched.isEmpty() || follows) {
                rewatching = true;
                peer.send(ZookeeperPackets.setWatches(
                        lastZxid, List.copyOf(watched), follows ? List.of(ZookeeperWorkload.ROOT) : List.of()));
            }
            world.after(1, () -> go(this));
        }

        private void rewatched(ReplyHeader header) {
            rewatching = false;
            lastZxid = Math.max(lastZxid, header.zxid());
            history.add(new ZookeeperObservation.Rewatched(name, header.zxid(), List.copyOf(watched), follows));
        }

        private void notified(ReplyHeader header, WatcherEvent event) {
            watched.remove(event.path());
            if (header.zxid() > 0) lastZxid = Math.max(lastZxid, header.zxid());
            history.add(new ZookeeperObservation.Notified(name, event.type(), event.path(), header.zxid()));
        }

        private void answer(Request request, ReplyHeader header, BufferInputArchive in) throws IOException {
            if (request == null) throw new AssertionError(name + " is answered " + header + " though it asked nothing");
            if (header.xid() != request.xid)
                throw new AssertionError(
                        "%s is answered xid %d, the oldest request is %s".formatted(name, header.xid(), request));
            List<ZnodeSeen> seen = header.err() == 0 ? ZookeeperPackets.seen(request.op, header.zxid(), in) : List.of();
            history.add(new ZookeeperObservation.Answered(
                    name,
                    sessionId,
                    request.xid,
                    request.op,
                    header.err(),
                    header.zxid(),
                    seen,
                    request.highestBefore));
            answered++;
            lastZxid = Math.max(lastZxid, header.zxid());
            lastHeardOfSentMs = Math.max(lastHeardOfSentMs, request.sentMs);
            workload.answered(request.op, header.err(), seen);
            if (header.err() == 0) {
                if (request.op instanceof ZnodeOp.Get(String path, boolean watch) && watch) watched.add(path);
                if (request.op instanceof ZnodeOp.Follow) follows = true;
                if (request.op instanceof ZnodeOp.Close) {
                    newSession();
                    lost(this);
                }
            }
        }
    }

    /** Once the session is had over another connection, a write over the old one is refused. */
    private void stray(Connection old) {
        ZnodeOp write = new ZnodeOp.Set(ZookeeperWorkload.PATHS.getFirst(), name + "#stray" + strays++, -1);
        old.peer.send(ZookeeperPackets.request(++xid, write));
    }

    private void newSession() {
        left = Optional.empty();
        sessionId = 0;
        password = new byte[16];
        watched.clear();
        follows = false;
        lastZxid = 0;
    }

    // ---- asking

    private void go(Connection on) {
        if (!isCurrent(on) || stopped) return;
        Request oldest = outstanding.peek();
        if (oldest != null && world.nowMs() - oldest.sentMs > Math.max(SILENCE_MS_MAX, negotiatedMs)) {
            lost(on); // a machine that lost its power says nothing
            return;
        }
        if (random.chance(0.004)) {
            moveOver();
            return;
        }
        if (!on.rewatching && outstanding.size() < OUTSTANDING_MAX)
            for (int i = random.nextInt(3); i >= 0; i--) ask(on, workload.next(follows));
        else if (outstanding.stream().noneMatch(request -> request.op instanceof ZnodeOp.Ping))
            ask(on, new ZnodeOp.Ping());
        boolean pauses = random.chance(0.01);
        int restMs = pauses ? random.nextInt(2 * negotiatedMs) : 1 + random.nextInt(Math.max(2, negotiatedMs / 8));
        world.after(restMs, () -> go(on));
    }

    private void ask(Connection on, ZnodeOp op) {
        if (outstanding.stream().anyMatch(request -> request.op instanceof ZnodeOp.Close)) return;
        int number = op instanceof ZnodeOp.Ping ? Xid.PING : ++xid;
        outstanding.add(new Request(number, op, world.nowMs(), history.highestZxid()));
        history.add(new ZookeeperObservation.Sent(name, sessionId, number, op));
        on.peer.send(ZookeeperPackets.request(number, op));
    }
}
