package io.ottla.zookeeperprotocol;

import java.io.IOException;

/**
 * What every packet to a client after the first begins with. With an error other than 0 nothing follows.
 *
 * @param zxid the last transaction that the server had applied; in a notification, the one that fired it
 * @param err of {@link ErrorCode}
 */
public record ReplyHeader(int xid, long zxid, int err) {
    public static final int SIZE_BYTES = 16;

    public static ReplyHeader read(BufferInputArchive in) throws IOException {
        return new ReplyHeader(in.readInt("xid"), in.readLong("zxid"), in.readInt("err"));
    }

    public void write(BufferOutputArchive out) {
        out.writeInt(xid, "xid");
        out.writeLong(zxid, "zxid");
        out.writeInt(err, "err");
    }
}
