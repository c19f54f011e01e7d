package io.ottla.sim;

/** What a simulated ZooKeeper client asks for. A token is data that nobody else ever writes. */
sealed interface ZnodeOp {
    record Create(String path, String token, boolean ephemeral, boolean sequential) implements ZnodeOp {}

    /** @param version −1 for any */
    record Set(String path, String token, int version) implements ZnodeOp {}

    record Delete(String path, int version) implements ZnodeOp {}

    /** Both get the same token, in one transaction. */
    record SetPair(String first, String second, String token) implements ZnodeOp {}

    record Get(String path, boolean watch) implements ZnodeOp {}

    /** Both are read in one request. */
    record GetPair(String first, String second) implements ZnodeOp {}

    record Sync(String path) implements ZnodeOp {}

    /** A persistent recursive watch. */
    record Follow(String root) implements ZnodeOp {}

    record Ping() implements ZnodeOp {}

    record Close() implements ZnodeOp {}

    default boolean isWrite() {
        return switch (this) {
            case Create create -> true;
            case Set set -> true;
            case Delete delete -> true;
            case SetPair pair -> true;
            case Close close -> true;
            case Get get -> false;
            case GetPair pair -> false;
            case Sync sync -> false;
            case Follow follow -> false;
            case Ping ping -> false;
        };
    }
}
