package io.ottla.zookeeperprotocol;

import java.util.List;

/**
 * What a client asks, behind the {@link RequestHeader}; {@link ClientRequestCodec} has the bytes. Paths are as received and may be
 * wrong; data may be null, which is told apart from empty data.
 */
public sealed interface ClientRequest {

    /** The opcode ({@link OpCode}). */
    int type();

    /** One that changes the tree. */
    sealed interface Write extends ClientRequest {}

    /** A write that may stand in a {@link Multi}. */
    sealed interface Op extends Write {}

    /** One that is answered from the tree as it is. */
    sealed interface Read extends ClientRequest {}

    /** One about this connection's watches. */
    sealed interface Watch extends ClientRequest {}

    /**
     * @param type create, create2, createContainer or createTTL: only the first is answered without a stat
     * @param flags of {@link CreateMode}, as received
     * @param ttlMs −1 unless it is a createTTL
     */
    record Create(int type, String path, byte[] data, List<Acl> acl, int flags, long ttlMs) implements Op {
        public static final long NO_TTL = -1;
    }

    record Delete(String path, int version) implements Op {
        @Override
        public int type() {
            return OpCode.DELETE;
        }
    }

    record SetData(String path, byte[] data, int version) implements Op {
        @Override
        public int type() {
            return OpCode.SET_DATA;
        }
    }

    record Check(String path, int version) implements Op {
        @Override
        public int type() {
            return OpCode.CHECK;
        }
    }

    record SetAcl(String path, List<Acl> acl, int version) implements Write {
        @Override
        public int type() {
            return OpCode.SET_ACL;
        }
    }

    /** All or nothing, in this order. */
    record Multi(List<Op> ops) implements Write {
        @Override
        public int type() {
            return OpCode.MULTI;
        }
    }

    /**
     * Changes the membership of the ensemble.
     *
     * @param joining empty if absent, as the others
     * @param currentConfigId −1 for any
     */
    record Reconfig(String joining, String leaving, String newMembers, long currentConfigId) implements Write {
        @Override
        public int type() {
            return OpCode.RECONFIG;
        }
    }

    /** Ends the session. */
    record CloseSession() implements Write {
        @Override
        public int type() {
            return OpCode.CLOSE_SESSION;
        }
    }

    record Exists(String path, boolean watch) implements Read {
        @Override
        public int type() {
            return OpCode.EXISTS;
        }
    }

    record GetData(String path, boolean watch) implements Read {
        @Override
        public int type() {
            return OpCode.GET_DATA;
        }
    }

    record GetAcl(String path) implements Read {
        @Override
        public int type() {
            return OpCode.GET_ACL;
        }
    }

    /** @param type getChildren, or getChildren2, which is answered with the stat too */
    record GetChildren(int type, String path, boolean watch) implements Read {}

    /** @param prefix of the paths wanted; empty if absent */
    record GetEphemerals(String prefix) implements Read {
        @Override
        public int type() {
            return OpCode.GET_EPHEMERALS;
        }
    }

    record GetAllChildrenNumber(String path) implements Read {
        @Override
        public int type() {
            return OpCode.GET_ALL_CHILDREN_NUMBER;
        }
    }

    /** @param reads each a {@link GetData} or {@link GetChildren} without watch; each is answered for itself */
    record MultiRead(List<Read> reads) implements Read {
        @Override
        public int type() {
            return OpCode.MULTI_READ;
        }
    }

    record Sync(String path) implements Read {
        @Override
        public int type() {
            return OpCode.SYNC;
        }
    }

    record WhoAmI() implements Read {
        @Override
        public int type() {
            return OpCode.WHO_AM_I;
        }
    }

    /** @param watcherType 1 children, 2 data, 3 any, 4 persistent, 5 persistent recursive; as received */
    record CheckWatches(String path, int watcherType) implements Watch {
        @Override
        public int type() {
            return OpCode.CHECK_WATCHES;
        }
    }

    /** @param watcherType as {@link CheckWatches} */
    record RemoveWatches(String path, int watcherType) implements Watch {
        @Override
        public int type() {
            return OpCode.REMOVE_WATCHES;
        }
    }

    /** @param mode 0 persistent, 1 persistent recursive; as received */
    record AddWatch(String path, int mode) implements Watch {
        @Override
        public int type() {
            return OpCode.ADD_WATCH;
        }
    }

    /**
     * The watches that a client had when its connection broke.
     *
     * @param type setWatches, or setWatches2, which has the last two lists
     * @param relativeZxid what changed after it fires at once
     */
    record SetWatches(
            int type,
            long relativeZxid,
            List<String> data,
            List<String> exist,
            List<String> child,
            List<String> persistent,
            List<String> persistentRecursive)
            implements Watch {}

    record Ping() implements ClientRequest {
        @Override
        public int type() {
            return OpCode.PING;
        }
    }

    /**
     * Proves who the client is.
     *
     * @param auth what the scheme asks for; empty if absent
     */
    record Auth(String scheme, byte[] auth) implements ClientRequest {
        @Override
        public int type() {
            return OpCode.AUTH;
        }
    }

    /** @param token of the mechanism's; empty if absent */
    record Sasl(byte[] token) implements ClientRequest {
        @Override
        public int type() {
            return OpCode.SASL;
        }
    }

    /** No client may ask that, or nobody knows what it is. Its body is not looked at. */
    record Unserved(int type) implements ClientRequest {}
}
