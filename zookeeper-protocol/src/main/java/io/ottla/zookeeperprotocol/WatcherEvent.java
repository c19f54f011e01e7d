package io.ottla.zookeeperprotocol;

import java.io.IOException;

/**
 * What a notification carries behind its {@link ReplyHeader}.
 *
 * <pre>
 * type:int state:int path:string
 * </pre>
 *
 * @param state how the client stands with the server, {@link #SYNC_CONNECTED}
 */
public record WatcherEvent(int type, int state, String path) {
    public static final int NODE_CREATED = 1;
    public static final int NODE_DELETED = 2;
    public static final int NODE_DATA_CHANGED = 3;
    public static final int NODE_CHILDREN_CHANGED = 4;

    public static final int SYNC_CONNECTED = 3;

    public static WatcherEvent read(BufferInputArchive in) throws IOException {
        return new WatcherEvent(in.readInt("type"), in.readInt("state"), in.readString("path"));
    }

    public void write(BufferOutputArchive out) {
        out.writeInt(type, "type");
        out.writeInt(state, "state");
        out.writeString(path, "path");
    }
}
