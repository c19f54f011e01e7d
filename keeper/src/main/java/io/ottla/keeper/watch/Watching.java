package io.ottla.keeper.watch;

import io.ottla.keeper.api.Watcher;

/** One watcher, and what it watches. */
final class Watching {
    final Watcher watcher;

    /** Spreads the watchers over a {@link WatchedPath}'s table; the same for the same history. */
    final int hash;

    final WatchedPaths paths = new WatchedPaths();

    /** The event that it was last told of, so that it is told once. */
    long toldOf;

    /** By {@code KeeperOptions.Watching}'s measure. */
    long bytes;

    Watching(Watcher watcher, int number) {
        this.watcher = watcher;
        hash = (number * 0x9E3779B1) >>> 7;
    }
}
