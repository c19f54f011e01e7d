package io.ottla.zookeeperprotocol;

import java.io.IOException;

/**
 * The answer to {@link ConnectRequest}; it has no header either.
 *
 * <pre>
 * protocolVersion:int=0 timeOut:int sessionId:long passwd:buffer(16) [readOnly:boolean]
 * </pre>
 *
 * @param timeoutMs what was agreed on; 0 with a session id of 0 if the session asked for is not there any more
 * @param tellsReadOnly whether the last byte is there: only if the request had it
 */
public record ConnectResponse(int timeoutMs, long sessionId, byte[] password, boolean readOnly, boolean tellsReadOnly) {
    public static final int PASSWORD_BYTES = 16;

    /** To one who asks for a session that has expired, or does not know its password. */
    public static ConnectResponse expired(boolean tellsReadOnly) {
        return new ConnectResponse(0, 0, new byte[PASSWORD_BYTES], false, tellsReadOnly);
    }

    public static ConnectResponse read(BufferInputArchive in) throws IOException {
        in.readInt("protocolVersion");
        int timeoutMs = in.readInt("timeOut");
        long sessionId = in.readLong("sessionId");
        byte[] password = in.readBuffer("passwd");
        boolean tellsReadOnly = in.remaining() > 0;
        return new ConnectResponse(
                timeoutMs,
                sessionId,
                password == null ? new byte[0] : password,
                tellsReadOnly && in.readBool("readOnly"),
                tellsReadOnly);
    }

    public void write(BufferOutputArchive out) {
        out.writeInt(0, "protocolVersion");
        out.writeInt(timeoutMs, "timeOut");
        out.writeLong(sessionId, "sessionId");
        out.writeBuffer(password, "passwd");
        if (tellsReadOnly) out.writeBool(readOnly, "readOnly");
    }
}
