package io.ottla.keeper.tree;

import io.ottla.zookeeperprotocol.Acl;
import java.util.List;

/**
 * Is told what a transaction changes in the tree, change by change. Within a multi the tree is in between states:
 * whoever passes this on waits for the end of the transaction.
 */
public interface TreeListener {
    void created(String path, Znode node);

    void dataChanged(String path, Znode node);

    /**
     * @param node as it was; no longer in the tree
     * @param acl that it had
     */
    void deleted(String path, Znode node, List<Acl> acl);

    TreeListener NONE = new TreeListener() {
        @Override
        public void created(String path, Znode node) {}

        @Override
        public void dataChanged(String path, Znode node) {}

        @Override
        public void deleted(String path, Znode node, List<Acl> acl) {}
    };

    /** Tells the first, then the second. */
    static TreeListener both(TreeListener first, TreeListener second) {
        return new TreeListener() {
            @Override
            public void created(String path, Znode node) {
                first.created(path, node);
                second.created(path, node);
            }

            @Override
            public void dataChanged(String path, Znode node) {
                first.dataChanged(path, node);
                second.dataChanged(path, node);
            }

            @Override
            public void deleted(String path, Znode node, List<Acl> acl) {
                first.deleted(path, node, acl);
                second.deleted(path, node, acl);
            }
        };
    }
}
