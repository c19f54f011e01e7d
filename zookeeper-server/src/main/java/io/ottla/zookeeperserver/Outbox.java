package io.ottla.zookeeperserver;

import io.ottla.base.Network;
import io.ottla.base.Network.Payload;
import io.ottla.zookeeperprotocol.BufferOutputArchive;
import io.ottla.zookeeperprotocol.ClientReply;
import io.ottla.zookeeperprotocol.ErrorCode;
import io.ottla.zookeeperprotocol.Stat;
import io.ottla.zookeeperprotocol.WatcherEvent;
import io.ottla.zookeeperprotocol.Xid;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * What goes to one client, gathered through a turn of the loop and sent at its end in one piece. Each packet has its length before it:
 *
 * <pre>
 * packet := length:int xid:int zxid:long err:int body
 * </pre>
 */
final class Outbox {
    /** Gathered no further: what is sent counts against what may be unsent, and reading stops in time. */
    private static final int GATHERED_BYTES_MAX = 64 * 1024;

    /** Longer data is sent as it lies in the tree, which never writes to it again. */
    private static final int COPIED_BYTES_MAX = 32 * 1024;

    private final Network.Connection connection;
    private final ReplyBuffers buffers;
    private final Runnable onFirst;
    private final LongConsumer onUnsent;

    /** Sent, and perhaps not read by the network yet. */
    private final ArrayDeque<BufferOutputArchive> leaving = new ArrayDeque<>(2);

    /** Null while there is nothing. */
    private BufferOutputArchive gathering;

    /** Where the packet at hand begins. */
    private int start;

    private int lastPacketBytes;

    /** Of what is leaving. */
    private long leavingBytes;

    /**
     * @param onFirst there is something to send by the end of the turn
     * @param onUnsent so many bytes more, or fewer, are handed over and have not left
     */
    Outbox(Network.Connection connection, ReplyBuffers buffers, Runnable onFirst, LongConsumer onUnsent) {
        this.connection = connection;
        this.buffers = buffers;
        this.onFirst = onFirst;
        this.onUnsent = onUnsent;
    }

    /** Of the packet that was written last, with its length. */
    int lastPacketBytes() {
        return lastPacketBytes;
    }

    /** Bytes that were written and have not left. */
    long unsentBytes() {
        return connection.unsentBytes() + (gathering == null ? 0 : gathering.sizeBytes());
    }

    /** Begins a packet without a header: only the answer to a connect has none. To be ended by {@link #end}. */
    BufferOutputArchive beginBare() {
        if (gathering == null) {
            gathering = buffers.take();
            onFirst.run();
        }
        start = gathering.sizeBytes();
        gathering.writeInt(0, "len");
        return gathering;
    }

    /** Begins a reply; its body is to be written to what is returned, then {@link #end} called. */
    BufferOutputArchive begin(int xid, long zxid, int err) {
        BufferOutputArchive out = beginBare();
        out.writeInt(xid, "xid");
        out.writeLong(zxid, "zxid");
        out.writeInt(err, "err");
        return out;
    }

    void end() {
        lastPacketBytes = gathering.sizeBytes() - start;
        gathering.setInt(start, lastPacketBytes - 4);
        if (gathering.sizeBytes() >= GATHERED_BYTES_MAX) send();
    }

    void reply(int xid, long zxid, ClientReply body) {
        body.write(begin(xid, zxid, 0));
        end();
    }

    /** A reply that has no body. */
    void done(int xid, long zxid) {
        begin(xid, zxid, 0);
        end();
    }

    void error(int xid, long zxid, ErrorCode code) {
        error(xid, zxid, code.code());
    }

    void error(int xid, long zxid, int code) {
        begin(xid, zxid, code);
        end();
    }

    /**
     * The answer to getData.
     *
     * @param length −1 for a node without data
     */
    void data(int xid, long zxid, byte[] array, int offset, int length, Stat stat) {
        BufferOutputArchive out = begin(xid, zxid, 0);
        if (length < 0) {
            out.writeInt(-1, "data");
        } else if (length <= COPIED_BYTES_MAX) {
            out.writeBuffer(array, offset, length, "data");
        } else {
            dataAsItLies(out, array, offset, length, stat);
            return;
        }
        stat.write(out);
        end();
    }

    private void dataAsItLies(BufferOutputArchive out, byte[] array, int offset, int length, Stat stat) {
        out.writeInt(length, "data");
        lastPacketBytes = out.sizeBytes() - start + length + Stat.SIZE_BYTES;
        out.setInt(start, lastPacketBytes - 4);
        int split = out.sizeBytes();
        stat.write(out);
        // only now: the memory may have grown for the stat
        ByteBuffer head = ByteBuffer.wrap(out.array(), 0, split);
        ByteBuffer tail = ByteBuffer.wrap(out.array(), split, out.sizeBytes() - split);
        leaving(out, out.sizeBytes() + length);
        connection.send(List.of(
                new Payload.Bytes(head),
                new Payload.Bytes(ByteBuffer.wrap(array, offset, length).slice()),
                new Payload.Bytes(tail)));
    }

    /** Tells of a change; the client is told before it is told anything that shows the change. */
    void notification(int event, String path, long zxid) {
        BufferOutputArchive out = begin(Xid.NOTIFICATION, zxid, 0);
        out.writeInt(event, "type");
        out.writeInt(WatcherEvent.SYNC_CONNECTED, "state");
        out.writeString(path, "path");
        end();
    }

    /** Sends what was gathered. */
    void send() {
        if (gathering == null) return;
        BufferOutputArchive full = gathering;
        leaving(full, full.sizeBytes());
        connection.send(List.of(new Payload.Bytes(full.view())));
    }

    private void leaving(BufferOutputArchive buffer, long bytes) {
        leaving.add(buffer);
        gathering = null;
        leavingBytes += bytes;
        onUnsent.accept(bytes);
    }

    /** All that was sent has left. */
    void drained() {
        onUnsent.accept(-leavingBytes);
        leavingBytes = 0;
        while (!leaving.isEmpty()) buffers.give(leaving.removeFirst());
    }

    /** The connection is gone: nobody reads what waits. */
    void drop() {
        gathering = null;
        leaving.clear();
        onUnsent.accept(-leavingBytes);
        leavingBytes = 0;
    }
}
