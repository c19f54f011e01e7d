package io.ottla.zookeeperprotocol;

import java.io.IOException;

/**
 * What every packet of a client after the first begins with.
 *
 * @param xid counts the requests of a connection, except for {@link Xid}'s
 * @param type of {@link OpCode}; any other number may come
 */
public record RequestHeader(int xid, int type) {
    public static final int SIZE_BYTES = 8;

    public static RequestHeader read(BufferInputArchive in) throws IOException {
        return new RequestHeader(in.readInt("xid"), in.readInt("type"));
    }

    public void write(BufferOutputArchive out) {
        out.writeInt(xid, "xid");
        out.writeInt(type, "type");
    }
}
