package io.ottla.cluster;

import java.util.List;
import java.util.function.Consumer;

/**
 * The znode tree, as the broker uses it: writes that are all or nothing, and the stream of what was committed. Behind
 * it is the embedded service or an Apache ZooKeeper; the broker cannot tell them apart.
 *
 * <p>There are no reads: whoever wants to know follows, and keeps an image. All callbacks run on the loop, never
 * within the call that asked for them.
 */
public interface Coordination {

    /**
     * Carries out the operations as one transaction (ZooKeeper's multi): all of them at one zxid, or none. When the
     * answer is {@link Result.Committed}, the changes are durable and the followers have been told of them already.
     */
    void write(List<Op> operations, Consumer<Result> answer);

    /**
     * Tells {@code follower} every node below {@code root} (and {@code root} itself) in the order parents first, then
     * {@link Follower#caughtUp}, then every committed change in zxid order.
     */
    void follow(String root, Follower follower);

    /** Any version will do, in {@link Op.SetData} and {@link Op.Delete}. */
    int ANY_VERSION = -1;

    enum CreateMode {
        PERSISTENT,
        /** Goes when this node's session ends. */
        EPHEMERAL,
        /** Ten digits that rise are appended to the path. */
        PERSISTENT_SEQUENTIAL
    }

    sealed interface Op {
        String path();

        record Create(String path, byte[] data, CreateMode mode) implements Op {}

        record SetData(String path, byte[] data, int version) implements Op {}

        record Delete(String path, int version) implements Op {}

        /** Fails the transaction unless the node exists and has this version. */
        record Check(String path, int version) implements Op {}
    }

    sealed interface Result {
        /** @param paths what each operation concerned; for a sequential create, the name that it got */
        record Committed(long zxid, List<String> paths) implements Result {}

        /** Nothing was done, because of operation number {@code index}. */
        record Refused(int index, Refusal reason) implements Result {}

        /** It is not known whether it was done (session lost, disk failed). */
        record Unknown(String why) implements Result {}
    }

    enum Refusal {
        NO_NODE,
        NODE_EXISTS,
        BAD_VERSION,
        NOT_EMPTY,
        NO_AUTH,
        BAD_ARGUMENTS
    }

    /** @param version the data version; {@code czxid} is the zxid that created the node */
    record Znode(String path, byte[] data, int version, long czxid, long mzxid, boolean ephemeral) {}

    interface Follower {
        void present(Znode node);

        void caughtUp();

        void created(Znode node);

        void dataChanged(Znode node);

        void deleted(String path, long zxid);

        /**
         * Changes may have been missed (a session with an external service was lost). All that was told is void;
         * everything comes again from {@link #present} on.
         */
        void restarted();
    }
}
