package io.ottla.keeper.api;

import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.ErrorCode;
import io.ottla.zookeeperprotocol.Stat;
import java.util.List;

/** What a read finds in the tree as it is applied. */
public sealed interface ReadResult {

    record Failed(ErrorCode code) implements ReadResult {}

    /** Of exists. */
    public record Found(Stat stat) implements ReadResult {}

    /**
     * @param array the tree's own, never changed: not to be written to
     * @param offset where the data begins in it
     * @param length −1 if the node was written without data, which the wire tells apart from none
     */
    record Data(byte[] array, int offset, int length, Stat stat) implements ReadResult {}

    record Acls(List<Acl> acl, Stat stat) implements ReadResult {}

    /** @param names in no order */
    record Children(List<String> names, Stat stat) implements ReadResult {}

    /** Of getEphemerals. */
    record PathList(List<String> paths) implements ReadResult {}

    /** Of getAllChildrenNumber. */
    record Number(int count) implements ReadResult {}
}
