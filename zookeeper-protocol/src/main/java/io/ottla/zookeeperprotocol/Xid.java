package io.ottla.zookeeperprotocol;

/** The numbers of packets that are not a request of the client's own or its answer (ClientCnxn of the original). */
public final class Xid {
    private Xid() {}

    public static final int NOTIFICATION = -1;
    public static final int PING = -2;
    public static final int AUTH = -4;
    public static final int SET_WATCHES = -8;
}
