package io.ottla.zookeeperserver;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** Packets of one connection that came before their turn, copied. */
final class HeldPackets {
    /** With more than this nothing more is read. */
    private static final int BYTES_MAX = 256 * 1024;

    private final WaitingLine line;
    private final ArrayDeque<byte[]> packets = new ArrayDeque<>(0);
    private int bytes;

    HeldPackets(WaitingLine line) {
        this.line = line;
    }

    void add(ByteBuffer packet) {
        byte[] copy = new byte[packet.remaining()];
        packet.get(copy);
        packets.addLast(copy);
        bytes += copy.length;
        line.held(copy.length);
    }

    int size() {
        return packets.size();
    }

    boolean isEmpty() {
        return packets.isEmpty();
    }

    boolean isFull() {
        return bytes > BYTES_MAX;
    }

    /** Of the one that came first; there is one. */
    int firstBytes() {
        return packets.element().length;
    }

    /** The one that came first. */
    ByteBuffer remove() {
        byte[] first = packets.removeFirst();
        bytes -= first.length;
        line.held(-first.length);
        return ByteBuffer.wrap(first);
    }

    void clear() {
        packets.clear();
        line.held(-bytes);
        bytes = 0;
    }
}
