package io.ottla.keeper.api;

import java.util.List;

/** What became of a request. */
public sealed interface Result {

    /** Durable, applied, and told to the followers. One result for each operation. */
    record Committed(long zxid, List<OpResult> results) implements Result {}

    /**
     * Nothing was changed, because of operation {@code index}.
     *
     * @param code of {@link io.ottla.zookeeperprotocol.ErrorCode}
     */
    record Refused(int index, int code) implements Result {}

    /** Nothing was changed; it may be asked again later (too much is waiting, the disk is full, the keeper closes). */
    record Unavailable(String why) implements Result {}

    /** It is not known whether it was done: the disk failed, and the node stops. */
    record Unknown(String why) implements Result {}
}
