package io.ottla.zookeeperprotocol;

import java.util.List;

/**
 * An idempotent change of the znode tree, as it stands in the transaction log and is proposed to a quorum (module
 * {@code org.apache.zookeeper.txn} of zookeeper.jute). Data may be null: then the client sent none, which is told
 * apart from empty data on the wire and on disk.
 */
public sealed interface Txn {

    /** Its number in the header ({@link OpCode}). */
    int type();

    /** The parent's cversion is not in the record (written before ZooKeeper 3.3): whoever applies it counts. */
    int CVERSION_UNKNOWN = -1;

    /**
     * @param parentCversion the parent's cversion after this create
     * @param withStat the client asked for the stat too (create2)
     */
    record Create(String path, byte[] data, List<Acl> acl, boolean ephemeral, int parentCversion, boolean withStat)
            implements Txn {
        @Override
        public int type() {
            return withStat ? OpCode.CREATE2 : OpCode.CREATE;
        }
    }

    record CreateContainer(String path, byte[] data, List<Acl> acl, int parentCversion) implements Txn {
        @Override
        public int type() {
            return OpCode.CREATE_CONTAINER;
        }
    }

    record CreateTtl(String path, byte[] data, List<Acl> acl, int parentCversion, long ttlMs) implements Txn {
        @Override
        public int type() {
            return OpCode.CREATE_TTL;
        }
    }

    /** @param container the server removed an empty container or an expired TTL node */
    record Delete(String path, boolean container) implements Txn {
        @Override
        public int type() {
            return container ? OpCode.DELETE_CONTAINER : OpCode.DELETE;
        }
    }

    /**
     * @param version the data version after it
     * @param reconfig the new membership of the ensemble, written into /zookeeper/config
     */
    record SetData(String path, byte[] data, int version, boolean reconfig) implements Txn {
        @Override
        public int type() {
            return reconfig ? OpCode.RECONFIG : OpCode.SET_DATA;
        }
    }

    /** @param version the ACL version after it */
    record SetAcl(String path, List<Acl> acl, int version) implements Txn {
        @Override
        public int type() {
            return OpCode.SET_ACL;
        }
    }

    /** Changes nothing; stands only within a multi. */
    record Check(String path, int version) implements Txn {
        @Override
        public int type() {
            return OpCode.CHECK;
        }
    }

    record CreateSession(int timeoutMs) implements Txn {
        @Override
        public int type() {
            return OpCode.CREATE_SESSION;
        }
    }

    /** @param paths the session's ephemeral nodes, which go with it */
    record CloseSession(List<String> paths) implements Txn {
        @Override
        public int type() {
            return OpCode.CLOSE_SESSION;
        }
    }

    /**
     * The end of a session without the list of its nodes: as servers before 3.6 wrote it, and as is written for a
     * session with more nodes than a record may hold (ZOOKEEPER-4306). Has no body, and can have no digest behind it.
     */
    record CloseSessionUnlisted() implements Txn {
        @Override
        public int type() {
            return OpCode.CLOSE_SESSION;
        }
    }

    /** A request that failed: nothing changes, but it took its zxid. */
    record Error(int code) implements Txn {
        @Override
        public int type() {
            return OpCode.ERROR;
        }
    }

    /**
     * Several at one zxid. If one of them is an {@link Error}, the request failed and nothing of it applies; those
     * before the failure stand as they would have been.
     */
    record Multi(List<Txn> txns) implements Txn {
        @Override
        public int type() {
            return OpCode.MULTI;
        }

        public boolean failed() {
            for (Txn txn : txns) if (txn instanceof Error) return true;
            return false;
        }
    }
}
