package io.ottla.zookeeperprotocol;

import java.io.IOException;

/**
 * The first packet of a connection; it has no header.
 *
 * <pre>
 * protocolVersion:int lastZxidSeen:long timeOut:int sessionId:long passwd:buffer [readOnly:boolean]
 * </pre>
 *
 * <p>The last byte came with ZooKeeper 3.4; older clients, and some of today's, leave it out, and must not get it in the answer
 * either (ZOOKEEPER-4814).
 *
 * @param lastZxidSeen a server that has applied less must send the client away
 * @param timeoutMs what the client asks for
 * @param sessionId 0 for a new session
 * @param password empty if absent
 * @param readOnly the client would be content with a server that has lost its quorum; false if not told
 * @param tellsReadOnly whether the last byte was there
 */
public record ConnectRequest(
        int protocolVersion,
        long lastZxidSeen,
        int timeoutMs,
        long sessionId,
        byte[] password,
        boolean readOnly,
        boolean tellsReadOnly) {

    public static ConnectRequest read(BufferInputArchive in) throws IOException {
        int protocolVersion = in.readInt("protocolVersion");
        long lastZxidSeen = in.readLong("lastZxidSeen");
        int timeoutMs = in.readInt("timeOut");
        long sessionId = in.readLong("sessionId");
        byte[] password = in.readBuffer("passwd");
        boolean tellsReadOnly = in.remaining() > 0;
        return new ConnectRequest(
                protocolVersion,
                lastZxidSeen,
                timeoutMs,
                sessionId,
                password == null ? new byte[0] : password,
                tellsReadOnly && in.readBool("readOnly"),
                tellsReadOnly);
    }

    public void write(BufferOutputArchive out) {
        out.writeInt(protocolVersion, "protocolVersion");
        out.writeLong(lastZxidSeen, "lastZxidSeen");
        out.writeInt(timeoutMs, "timeOut");
        out.writeLong(sessionId, "sessionId");
        out.writeBuffer(password, "passwd");
        if (tellsReadOnly) out.writeBool(readOnly, "readOnly");
    }
}
