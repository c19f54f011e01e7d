package io.ottla.zookeeperserver;

import io.ottla.zookeeperprotocol.BufferOutputArchive;
import java.util.ArrayDeque;

/** Memory that replies are written into, lent to the connections that have some: one at rest holds none. */
final class ReplyBuffers {
    /** What has grown beyond this by one large reply is not kept. */
    static final int KEPT_BYTES_MAX = 128 * 1024;

    private static final int KEPT_MAX = 64;
    private static final int FIRST_BYTES = 2 * 1024;

    private final ArrayDeque<BufferOutputArchive> free = new ArrayDeque<>();

    BufferOutputArchive take() {
        BufferOutputArchive buffer = free.pollLast();
        return buffer == null ? new BufferOutputArchive(FIRST_BYTES) : buffer;
    }

    /** Nobody reads it any more. */
    void give(BufferOutputArchive buffer) {
        if (buffer.array().length > KEPT_BYTES_MAX || free.size() >= KEPT_MAX) return;
        buffer.clear();
        free.addLast(buffer);
    }
}
