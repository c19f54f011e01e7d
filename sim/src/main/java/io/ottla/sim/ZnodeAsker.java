package io.ottla.sim;

import io.ottla.zookeeperprotocol.BufferInputArchive;
import io.ottla.zookeeperprotocol.ReplyHeader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A ZooKeeper client that asks one thing after another over one connection, while nothing fails, and goes without a word. */
final class ZnodeAsker implements VirtualPeer.Listener {
    private static final int FRAME_BYTES_MAX = 1 << 20;
    private static final long ANSWER_MS_MAX = 60_000;
    private static final int NO_NODE = -101;

    private final World world;
    private final VirtualPeer peer;
    private final List<Integer> errors = new ArrayList<>();
    private byte[] inbox = new byte[0];
    private boolean attached;
    private int xid;

    ZnodeAsker(World world, Machine machine, int timeoutMs) {
        this.world = world;
        peer = machine.network().connect(ZookeeperClient.PORT, this);
        peer.send(ZookeeperPackets.connect(0, timeoutMs, 0, new byte[16]));
        world.until("a session begins", ANSWER_MS_MAX, () -> attached);
    }

    void create(String path, int flags, long ttlMs) {
        mustBeDone(path, ask(ZookeeperPackets.create(++xid, path, flags, ttlMs)));
    }

    void delete(String path) {
        mustBeDone(path, ask(ZookeeperPackets.request(++xid, new ZnodeOp.Delete(path, -1))));
    }

    boolean exists(String path) {
        int error = ask(ZookeeperPackets.request(++xid, new ZnodeOp.Get(path, false)));
        if (error != NO_NODE) mustBeDone(path, error);
        return error == 0;
    }

    /** The session goes on until it expires. */
    void leave() {
        peer.close();
    }

    private static void mustBeDone(String path, int error) {
        if (error != 0) throw new AssertionError(path + ": error " + error);
    }

    private int ask(byte[] request) {
        int before = errors.size();
        peer.send(request);
        world.until("a request is answered", ANSWER_MS_MAX, () -> errors.size() > before);
        return errors.getLast();
    }

    @Override
    public void received(byte[] bytes) {
        ByteBuffer all = ByteBuffer.allocate(inbox.length + bytes.length)
                .put(inbox)
                .put(bytes)
                .flip();
        while (all.remaining() >= 4 && all.remaining() - 4 >= all.getInt(all.position())) {
            int length = all.getInt();
            ByteBuffer frame = all.slice(all.position(), length);
            all.position(all.position() + length);
            try {
                if (attached)
                    errors.add(ReplyHeader.read(new BufferInputArchive(frame, FRAME_BYTES_MAX))
                            .err());
                attached = true;
            } catch (IOException e) {
                throw new AssertionError("a reply of " + length + " bytes cannot be read", e);
            }
        }
        inbox = new byte[all.remaining()];
        all.get(inbox);
    }

    @Override
    public void closed(boolean broken) {}
}
