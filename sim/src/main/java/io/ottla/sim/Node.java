package io.ottla.sim;

import java.util.TreeMap;

/** What a name on a virtual drive stands for. */
sealed interface Node permits FileNode, Node.Directory {

    /** The names that programs see, and those on the medium. */
    final class Directory implements Node {
        final TreeMap<String, Node> seen = new TreeMap<>();
        final TreeMap<String, Node> durable = new TreeMap<>();
    }
}
