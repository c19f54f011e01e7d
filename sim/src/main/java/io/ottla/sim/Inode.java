package io.ottla.sim;

import java.util.TreeMap;

/** What a name on a virtual drive stands for. */
sealed interface Inode permits FileNode, Inode.Directory {

    /** The names that programs see, and those on the medium. */
    final class Directory implements Inode {
        final TreeMap<String, Inode> seen = new TreeMap<>();
        final TreeMap<String, Inode> durable = new TreeMap<>();
    }
}
