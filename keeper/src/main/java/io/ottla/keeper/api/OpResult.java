package io.ottla.keeper.api;

import io.ottla.zookeeperprotocol.Stat;

/** What became of one operation, once its transaction was applied. */
public sealed interface OpResult {

    /** @param path with the number that a sequential create appended */
    record Created(String path, Stat stat) implements OpResult {}

    /** Of set data and set ACL: how the node stands after it. */
    record Changed(Stat stat) implements OpResult {}

    /** Of delete, check, and the operations of sessions. */
    record Done() implements OpResult {}

    /** @param code of {@link io.ottla.zookeeperprotocol.ErrorCode}; 0 for an operation of a failed multi that came before the failing one */
    record Failed(int code) implements OpResult {}
}
