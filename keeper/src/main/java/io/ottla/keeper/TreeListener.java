package io.ottla.keeper;

/**
 * Is told what a transaction changes in the tree, change by change. Within a multi the tree is in between states:
 * whoever passes this on waits for the end of the transaction.
 */
interface TreeListener {
    void created(String path, Znode node);

    void dataChanged(String path, Znode node);

    /** @param node as it was; no longer in the tree */
    void deleted(String path, Znode node);

    TreeListener NONE = new TreeListener() {
        @Override
        public void created(String path, Znode node) {}

        @Override
        public void dataChanged(String path, Znode node) {}

        @Override
        public void deleted(String path, Znode node) {}
    };
}
