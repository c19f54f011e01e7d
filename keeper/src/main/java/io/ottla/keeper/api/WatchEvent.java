package io.ottla.keeper.api;

/** What happened to a node (Watcher.Event.EventType of the original). */
public enum WatchEvent {
    CREATED(1),
    DELETED(2),
    DATA_CHANGED(3),
    CHILDREN_CHANGED(4);

    private final int code;

    WatchEvent(int code) {
        this.code = code;
    }

    /** As in a notification's {@code type}. */
    public int code() {
        return code;
    }
}
