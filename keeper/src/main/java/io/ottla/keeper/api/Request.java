package io.ottla.keeper.api;

import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.CreateMode;
import java.util.List;

/** A request that changes something, as it reaches the preparer. */
public sealed interface Request {

    /** Any version will do. */
    int ANY_VERSION = -1;

    /** A TTL that is none. */
    long NO_TTL = -1;

    /** One that may stand in a {@link Multi} (there, {@link SetAcl} and {@link DeleteContainer} may not). */
    sealed interface Op extends Request {
        String path();
    }

    /**
     * @param data null if the client sent none
     * @param flags of {@link CreateMode}; as received, since a wrong one takes its zxid too
     * @param ttlMs {@link #NO_TTL} unless it is a TTL node
     * @param withStat the client asked for the stat too (create2)
     */
    record Create(String path, byte[] data, List<Acl> acl, int flags, long ttlMs, boolean withStat) implements Op {
        public Create(String path, byte[] data, CreateMode mode) {
            this(path, data, Acl.OPEN, mode.flag(), NO_TTL, false);
        }
    }

    record Delete(String path, int version) implements Op {}

    /**
     * The server's own: removes an empty container or TTL node, if it is still the one that was looked at.
     *
     * @param czxid of when it was created, @param mzxid and last written to
     */
    record DeleteContainer(String path, long czxid, long mzxid) implements Op {}

    /** @param data null if the client sent none */
    record SetData(String path, byte[] data, int version) implements Op {}

    record SetAcl(String path, List<Acl> acl, int version) implements Op {}

    record Check(String path, int version) implements Op {}

    /** All or nothing, at one zxid. */
    record Multi(List<Op> ops) implements Request {}

    record CreateSession(int timeoutMs) implements Request {}

    record CloseSession() implements Request {}
}
