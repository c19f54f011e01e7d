package io.ottla.sim;

import static io.ottla.base.Invariant.invariant;

import io.ottla.base.FrameRoom;
import io.ottla.base.Network;
import io.ottla.base.Network.Framing;
import io.ottla.base.Network.Payload;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;

/**
 * The node's side of a connection. Stricter than a real one where that finds faults: a frame's bytes are spoiled after
 * the call that brought them, and bytes that change before they have left are noticed. What came and is not handed on counts against the
 * node's {@link FrameRoom}; without room it stays in the window.
 */
final class VirtualConnection implements Network.Connection, FrameRoom.Holder {
    private static final int PREFIX_BYTES = 4;
    private static final long FLUSH_NS_MAX = 10_000_000_000L;
    private static final byte SPOILED = (byte) 0xDD;

    private final VirtualNetwork network;
    private final long id;
    private final Terms terms;
    private final InetSocketAddress local;
    private final InetSocketAddress remote;
    private final Pipe in;
    private final Pipe out;
    private final ArrayDeque<Outgoing> outbox = new ArrayDeque<>();
    private Network.Receiver receiver;
    private byte[] inbox = new byte[0];
    private int arrivedUntaken;
    private final FrameRoom.Part part = new FrameRoom.Part(this);
    private boolean waitsForRoom;
    private long unsentBytes;
    private long lastTrafficNs;
    private boolean reading = true;
    private boolean ended;
    private boolean endedTold;
    private boolean flushing;
    private boolean gone;
    private boolean inProcess;

    /** What it goes by: its listener's, or those that it was dialled with. */
    record Terms(Framing framing, long idleMsMax, long unsentBytesMax) {
        static Terms of(Network.Listener listener) {
            return new Terms(
                    listener.framing(),
                    listener.limits().idleMsMax(),
                    listener.limits().unsentBytesMax());
        }

        static Terms of(Network.Destination to) {
            return new Terms(to.framing(), to.limits().idleMsMax(), to.limits().unsentBytesMax());
        }
    }

    /** A part that waits to leave. */
    private static final class Outgoing {
        final Payload part;
        final int checksum;
        int left;

        Outgoing(Payload part) {
            this.part = part;
            this.left = part.sizeBytes();
            this.checksum = part instanceof Payload.Bytes(ByteBuffer buffer) ? buffer.hashCode() : 0;
        }
    }

    VirtualConnection(
            VirtualNetwork network,
            long id,
            Terms terms,
            InetSocketAddress local,
            InetSocketAddress remote,
            Pipe in,
            Pipe out) {
        this.network = network;
        this.id = id;
        this.terms = terms;
        this.local = local;
        this.remote = remote;
        this.in = in;
        this.out = out;
        this.lastTrafficNs = network.nowNs();
    }

    void open(Network.Receiver to) {
        receiver = to;
        if (!gone) watchIdle();
    }

    boolean isGone() {
        return gone;
    }

    // ---- receiving

    void arrived(byte[] bytes) {
        if (gone) return;
        lastTrafficNs = network.nowNs();
        int before = inbox.length;
        inbox = Arrays.copyOf(inbox, before + bytes.length);
        System.arraycopy(bytes, 0, inbox, before, bytes.length);
        arrivedUntaken += bytes.length;
        if (!waitsForRoom) part.arrived(bytes.length);
        process();
    }

    void ended(boolean broken) {
        if (gone) return;
        ended = true;
        if (broken) leave();
        else process();
    }

    private boolean mayRead() {
        return reading && !gone && !flushing && unsentBytes <= terms.unsentBytesMax();
    }

    private void process() {
        if (inProcess) return;
        inProcess = true;
        while (mayRead() && takeFrame()) {}
        inProcess = false;
        settle();
        if (ended) tellEnded();
    }

    /** Finds room for what has not been handed on, and takes it out of the window. */
    private void settle() {
        if (gone || waitsForRoom || !mayRead()) return;
        FrameRoom room = network.frameRoom();
        if (inbox.length == 0) {
            if (part.bytes() > 0) room.release(part, 0);
        } else if (!room.take(part, claimedBytes())) {
            if (gone) return;
            waitsForRoom = true;
            room.await(part, claimedBytes());
            // what is of frames that were handed on has left the window all the same
            int waiting = Math.min(arrivedUntaken, inbox.length);
            if (arrivedUntaken > waiting) in.taken(arrivedUntaken - waiting);
            arrivedUntaken = waiting;
            return;
        }
        if (arrivedUntaken > 0) in.taken(arrivedUntaken);
        arrivedUntaken = 0;
    }

    private int claimedBytes() {
        if (inbox.length < PREFIX_BYTES) return inbox.length;
        int frameBytes =
                PREFIX_BYTES + terms.framing().bodyBytes(ByteBuffer.wrap(inbox).getInt());
        return frameBytes <= network.frameRoom().smallBytesMax() ? inbox.length : Math.max(inbox.length, frameBytes);
    }

    @Override
    public void roomCame() {
        waitsForRoom = false;
        network.soon(this::process);
    }

    @Override
    public boolean isUnfinished() {
        return inbox.length > 0 && !hasWholeFrame();
    }

    @Override
    public void evicted(String why) {
        network.event("network closes " + remote + ": " + why);
        leave();
    }

    /** As a real socket: the end of what comes is noticed even while nothing is read. */
    private void tellEnded() {
        if (gone || flushing || endedTold || hasWholeFrame()) return;
        endedTold = true;
        if (receiver.ended()) network.after(Network.HALF_CLOSED_MS_MAX * 1_000_000, () -> close(true));
        else close(true);
    }

    private boolean hasWholeFrame() {
        if (inbox.length < PREFIX_BYTES) return false;
        int bodyBytes = terms.framing().bodyBytes(ByteBuffer.wrap(inbox).getInt());
        return bodyBytes != Framing.CLOSE && inbox.length - PREFIX_BYTES >= bodyBytes;
    }

    private boolean takeFrame() {
        if (inbox.length < PREFIX_BYTES) return false;
        int prefix = ByteBuffer.wrap(inbox).getInt();
        int bodyBytes = terms.framing().bodyBytes(prefix);
        if (bodyBytes == Framing.CLOSE) {
            leave();
            return false;
        }
        if (PREFIX_BYTES + bodyBytes > network.frameRoom().frameBytesMax()) {
            evicted("its frame is larger than one may be");
            return false;
        }
        if (inbox.length - PREFIX_BYTES < bodyBytes) return false;
        byte[] frame = Arrays.copyOfRange(inbox, PREFIX_BYTES, PREFIX_BYTES + bodyBytes);
        inbox = Arrays.copyOfRange(inbox, PREFIX_BYTES + bodyBytes, inbox.length);
        receiver.received(prefix, ByteBuffer.wrap(frame));
        Arrays.fill(frame, SPOILED);
        return true;
    }

    // ---- sending

    @Override
    public void send(List<Payload> parts) {
        for (Payload part : parts) {
            if (gone || flushing) {
                release(part);
                continue;
            }
            outbox.addLast(new Outgoing(part));
            unsentBytes += part.sizeBytes();
        }
        if (!gone) network.soon(this::pump);
    }

    /** Moves what has room on its way. */
    void pump() {
        if (gone) return;
        if (out.isRefused() && !outbox.isEmpty()) {
            cut();
            return;
        }
        boolean hadUnsent = unsentBytes > 0;
        while (!outbox.isEmpty()) {
            Outgoing first = outbox.peekFirst();
            int count = Math.min(out.room(), first.left);
            if (count == 0 && first.left > 0) return;
            byte[] bytes = new byte[count];
            if (!read(first, bytes)) {
                cut();
                return;
            }
            out.push(bytes);
            lastTrafficNs = network.nowNs();
            first.left -= count;
            unsentBytes -= count;
            if (first.left == 0) left(outbox.removeFirst());
        }
        if (flushing) leave();
        else if (hadUnsent) {
            receiver.drained();
            process();
        }
    }

    private static boolean read(Outgoing outgoing, byte[] bytes) {
        int from = outgoing.part.sizeBytes() - outgoing.left;
        return switch (outgoing.part) {
            case Payload.Bytes(ByteBuffer buffer) -> {
                buffer.get(buffer.position() + from, bytes);
                yield true;
            }
            case Payload.FileRange range -> {
                try {
                    ByteBuffer target = ByteBuffer.wrap(bytes);
                    yield range.file().read(range.position() + from, target) == bytes.length;
                } catch (IOException e) {
                    yield false; // as sendfile would fail, in the middle of a response
                }
            }
        };
    }

    private static void left(Outgoing outgoing) {
        if (outgoing.part instanceof Payload.Bytes(ByteBuffer buffer))
            invariant(buffer.hashCode() == outgoing.checksum, "bytes were changed before they had left");
        release(outgoing.part);
    }

    private static void release(Payload part) {
        if (part instanceof Payload.FileRange range) range.file().release();
    }

    // ---- the end

    @Override
    public void close(boolean flush) {
        if (gone || flushing) return;
        if (!flush || outbox.isEmpty()) {
            leave();
            return;
        }
        flushing = true;
        network.after(FLUSH_NS_MAX, this::cut);
        network.soon(this::pump);
    }

    /** The connection ends properly: what has left arrives. */
    private void leave() {
        if (gone) return;
        out.finish();
        in.refuse();
        forget();
    }

    void cut() {
        if (gone) return;
        out.breakOff();
        in.refuse();
        forget();
    }

    private void forget() {
        gone = true;
        network.frameRoom().release(part, 0);
        for (Outgoing outgoing : outbox) release(outgoing.part);
        outbox.clear();
        unsentBytes = 0;
        network.forget(this);
        network.soon(() -> receiver.closed());
    }

    /** The power of the node goes. */
    void silence() {
        gone = true;
        out.silence();
        in.silence();
    }

    private void watchIdle() {
        long idleNsMax = terms.idleMsMax() * 1_000_000;
        if (idleNsMax == 0) return;
        long leftNs = lastTrafficNs + idleNsMax - network.nowNs();
        if (leftNs <= 0) leave();
        else
            network.after(leftNs, () -> {
                if (!gone) watchIdle();
            });
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public InetSocketAddress remote() {
        return remote;
    }

    @Override
    public InetSocketAddress local() {
        return local;
    }

    @Override
    public long unsentBytes() {
        return unsentBytes;
    }

    @Override
    public void reading(boolean on) {
        if (gone) return;
        reading = on;
        if (on) network.soon(this::process);
    }
}
