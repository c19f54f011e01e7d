package io.ottla.zookeeperserver;

import io.ottla.zookeeperprotocol.OpCode;

/** What one connection did, for {@code cons} (ServerCnxn of the original). Times in milliseconds. */
final class ConnectionStats {
    final long establishedMs;
    long received;
    long sent;
    long lastCxid = -1;
    long lastZxid;
    long lastResponseMs;
    long lastLatencyMs;
    String lastOperation = "NA";
    long maxLatencyMs;
    private long minLatencyMs = Long.MAX_VALUE;
    private long count;
    private long totalLatencyMs;

    ConnectionStats(long establishedMs) {
        this.establishedMs = establishedMs;
    }

    /** @param xid not below 0 for what the client asked of its own, and only that is kept */
    void answered(int xid, long zxid, int type, long nowMs, long latencyMs) {
        if (xid >= 0) lastCxid = xid;
        lastZxid = zxid;
        lastOperation = operation(type);
        lastResponseMs = nowMs;
        lastLatencyMs = latencyMs;
        if (latencyMs < minLatencyMs) minLatencyMs = latencyMs;
        if (latencyMs > maxLatencyMs) maxLatencyMs = latencyMs;
        count++;
        totalLatencyMs += latencyMs;
    }

    void reset() {
        received = 0;
        sent = 0;
        lastCxid = -1;
        lastZxid = -1;
        lastResponseMs = 0;
        lastLatencyMs = 0;
        lastOperation = "NA";
        maxLatencyMs = 0;
        minLatencyMs = Long.MAX_VALUE;
        count = 0;
        totalLatencyMs = 0;
    }

    long minLatencyMs() {
        return minLatencyMs == Long.MAX_VALUE ? 0 : minLatencyMs;
    }

    long avgLatencyMs() {
        return count == 0 ? 0 : totalLatencyMs / count;
    }

    /** As the original abbreviates it. */
    static String operation(int type) {
        return switch (type) {
            case OpCode.PING -> "PING";
            case OpCode.CREATE_SESSION -> "SESS";
            case OpCode.MULTI -> "MULT";
            case OpCode.MULTI_READ -> "MLTR";
            case OpCode.CREATE, OpCode.CREATE2, OpCode.CREATE_TTL, OpCode.CREATE_CONTAINER -> "CREA";
            case OpCode.DELETE -> "DELE";
            case OpCode.SET_DATA -> "SETD";
            case OpCode.RECONFIG -> "RECO";
            case OpCode.SET_ACL -> "SETA";
            case OpCode.CLOSE_SESSION -> "CLOS";
            case OpCode.SYNC -> "SYNC";
            case OpCode.EXISTS -> "EXIS";
            case OpCode.GET_DATA -> "GETD";
            case OpCode.SET_WATCHES -> "SETW";
            case OpCode.SET_WATCHES2 -> "STW2";
            case OpCode.ADD_WATCH -> "ADDW";
            case OpCode.GET_ACL -> "GETA";
            case OpCode.GET_CHILDREN, OpCode.GET_CHILDREN2 -> "GETC";
            case OpCode.GET_ALL_CHILDREN_NUMBER -> "GETACN";
            case OpCode.CHECK_WATCHES -> "CHKW";
            case OpCode.REMOVE_WATCHES -> "REMW";
            case OpCode.WHO_AM_I -> "HOMI";
            case OpCode.GET_EPHEMERALS -> "GETE";
            default -> "NA";
        };
    }
}
