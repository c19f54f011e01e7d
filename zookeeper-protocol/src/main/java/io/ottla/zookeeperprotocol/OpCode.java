package io.ottla.zookeeperprotocol;

/** The numbers of requests and transactions (ZooDefs.OpCode of the original). */
public final class OpCode {
    private OpCode() {}

    public static final int CREATE = 1;
    public static final int DELETE = 2;
    public static final int SET_DATA = 5;
    public static final int SET_ACL = 7;
    public static final int CHECK = 13;
    public static final int MULTI = 14;
    public static final int CREATE2 = 15;
    public static final int RECONFIG = 16;
    public static final int CREATE_CONTAINER = 19;
    public static final int DELETE_CONTAINER = 20;
    public static final int CREATE_TTL = 21;
    public static final int CREATE_SESSION = -10;
    public static final int CLOSE_SESSION = -11;
    public static final int ERROR = -1;
}
