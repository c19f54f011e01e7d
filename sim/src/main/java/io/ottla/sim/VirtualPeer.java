package io.ottla.sim;

import java.net.InetSocketAddress;
import java.util.Arrays;

/** The far end of a connection to a node: what a simulated client holds. Lives in the world, not on a node. */
public final class VirtualPeer {

    /** What the client is told. */
    public interface Listener {
        void received(byte[] bytes);

        /** The last call. {@code broken}: not by a proper close; bytes may be missing. */
        void closed(boolean broken);
    }

    private final Pipe out;
    private final InetSocketAddress address;
    private Pipe in;
    private Listener listener;
    private byte[] unsent = new byte[0];
    private byte[] inbox = new byte[0];
    private boolean reading = true;
    private boolean finishing;
    private boolean ended;
    private boolean broken;
    private boolean closed;

    VirtualPeer(InetSocketAddress address, Pipe out) {
        this.address = address;
        this.out = out;
    }

    void attach(Pipe incoming, Listener to) {
        in = incoming;
        listener = to;
        incoming.sink(new Pipe.Sink() {
            @Override
            public void arrived(byte[] bytes) {
                inbox = append(inbox, bytes);
                take();
            }

            @Override
            public void ended(boolean cut) {
                ended = true;
                broken = cut;
                take();
            }
        });
        out.onRoom(this::pump);
    }

    InetSocketAddress address() {
        return address;
    }

    private static byte[] append(byte[] first, byte[] second) {
        byte[] joined = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, joined, first.length, second.length);
        return joined;
    }

    private void take() {
        if (closed) return;
        if (reading && inbox.length > 0) {
            byte[] bytes = inbox;
            inbox = new byte[0];
            in.taken(bytes.length);
            listener.received(bytes);
        }
        if (ended && (inbox.length == 0 || broken) && !closed) {
            closed = true;
            out.finish();
            listener.closed(broken);
        }
    }

    void pump() {
        int count = Math.min(out.room(), unsent.length);
        if (count > 0) {
            out.push(Arrays.copyOf(unsent, count));
            unsent = Arrays.copyOfRange(unsent, count, unsent.length);
        }
        if (finishing && unsent.length == 0) out.finish();
    }

    /** Sends, as fast as the node takes it. */
    public void send(byte[] bytes) {
        if (closed || finishing) return;
        unsent = append(unsent, bytes);
        pump();
    }

    /** Stops or resumes taking what comes. */
    public void reading(boolean on) {
        reading = on;
        if (on && in != null) take();
    }

    public boolean isClosed() {
        return closed;
    }

    /** Closes properly: what was sent arrives. Nothing is heard any more. */
    public void close() {
        if (closed) return;
        closed = true;
        finishing = true;
        pump();
        if (in != null) in.refuse();
    }

    /** Sends nothing more, as shutdown does; what was sent arrives, and what comes is still taken. */
    public void finish() {
        finishing = true;
        pump();
    }

    /** Cuts the connection: what is under way is lost in both directions. Both sides hear of it. */
    public void cut() {
        out.breakOff();
        if (in != null) in.refuse();
    }
}
