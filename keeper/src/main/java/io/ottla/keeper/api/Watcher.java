package io.ottla.keeper.api;

import java.util.List;

/** Who is told of changes: one for each connection, compared by identity. */
public interface Watcher {

    /** What the connection has proved to be: it hears of no node that it may not read. */
    List<Identity> identities();

    /**
     * What is watched has changed. Called on the loop while the transaction is applied, before its answer, in the order of the changes. Must
     * not ask the keeper for anything, but may {@code Watches.removeAll}.
     *
     * @param zxid of the transaction; {@code Watches.NO_ZXID} for what is made up because the client was away
     */
    void notified(WatchEvent event, String path, long zxid);
}
