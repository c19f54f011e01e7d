package io.ottla.coordinator;

import java.util.ArrayDeque;

/**
 * What was changed and is not committed yet, oldest first, so that it can be taken back. Maps that share a timeline
 * ({@link TimelineMap}) are committed and rolled back together.
 *
 * <p>Kafka keeps whole snapshots for the same purpose (SnapshotRegistry, TimelineHashMap). An undo log suffices: a
 * coordinator asks only for the latest state and the committed one, and between the two lie few changes.
 */
final class Timeline {
    private final ArrayDeque<Booked> uncommitted = new ArrayDeque<>();
    private long mark;
    private boolean recording;

    /** One change of one map. */
    interface Change {
        /** It is committed: the value before it will never be asked for again. */
        void settle();

        /** Restores the value before it. */
        void undo();
    }

    private record Booked(long mark, Change change) {}

    /** From now on changes can be taken back; until then (while loading) every change counts as committed. */
    void record() {
        recording = true;
    }

    /** Begins a group of changes. @return its mark, higher than all before */
    long nextMark() {
        return ++mark;
    }

    /** Takes note of a change; to be called only while {@link #isRecording}. */
    void add(Change change) {
        uncommitted.addLast(new Booked(mark, change));
    }

    boolean isRecording() {
        return recording;
    }

    /** The changes up to and including {@code mark} are committed. */
    void commit(long mark) {
        while (!uncommitted.isEmpty() && uncommitted.peekFirst().mark <= mark)
            uncommitted.pollFirst().change.settle();
    }

    /** Takes back the changes from {@code mark} on, the latest first. */
    void rollback(long mark) {
        while (!uncommitted.isEmpty() && uncommitted.peekLast().mark >= mark)
            uncommitted.pollLast().change.undo();
    }

    int uncommittedChanges() {
        return uncommitted.size();
    }
}
