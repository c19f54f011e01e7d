package io.ottla.keeper.api;

import java.util.Optional;

/** Which watches checkWatches and removeWatches mean (Watcher.WatcherType of the original). */
public enum WatcherType {
    CHILDREN(1, WatchKind.CHILD.bit),
    DATA(2, WatchKind.DATA.bit),
    ANY(3, WatchKind.CHILD.bit | WatchKind.DATA.bit | WatchKind.PERSISTENT.bit | WatchKind.PERSISTENT_RECURSIVE.bit),
    PERSISTENT(4, WatchKind.PERSISTENT.bit),
    PERSISTENT_RECURSIVE(5, WatchKind.PERSISTENT_RECURSIVE.bit);

    private final int code;
    public final int bits;

    WatcherType(int code, int bits) {
        this.code = code;
        this.bits = bits;
    }

    /** Empty if there is none with that number. */
    public static Optional<WatcherType> of(int code) {
        for (WatcherType each : values()) if (each.code == code) return Optional.of(each);
        return Optional.empty();
    }
}
