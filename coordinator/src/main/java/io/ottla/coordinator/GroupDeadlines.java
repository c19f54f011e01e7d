package io.ottla.coordinator;

import io.ottla.base.Core;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * Which group has a deadline next. A heartbeat moves a deadline to later, which costs nothing here: the group is looked
 * at when the earlier time comes, and put back. So there is about one entry a group, however many members it has.
 */
final class GroupDeadlines {
    private record Wake(long atMs, ClassicGroup group) {}

    private final PriorityQueue<Wake> wakes =
            new PriorityQueue<>(Comparator.comparingLong(Wake::atMs).thenComparing(wake -> wake.group.groupId()));

    /** The group has a deadline then; in steady time. */
    void arm(ClassicGroup group, long atMs) {
        if (atMs >= group.wakeAtMs) return;
        group.wakeAtMs = atMs;
        wakes.add(new Wake(atMs, group));
    }

    void forget(ClassicGroup group) {
        group.wakeAtMs = Core.NO_DEADLINE;
    }

    /** A group whose time has come, which is to be armed again afterwards. */
    Optional<ClassicGroup> poll(long steadyMs) {
        dropStale();
        if (wakes.isEmpty() || wakes.peek().atMs > steadyMs) return Optional.empty();
        ClassicGroup group = wakes.poll().group;
        group.wakeAtMs = Core.NO_DEADLINE;
        return Optional.of(group);
    }

    long nextMs() {
        dropStale();
        return wakes.isEmpty() ? Core.NO_DEADLINE : wakes.peek().atMs;
    }

    private void dropStale() {
        while (!wakes.isEmpty() && wakes.peek().atMs != wakes.peek().group.wakeAtMs) wakes.poll();
    }
}
