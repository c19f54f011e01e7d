package io.ottla.log;

import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.Outcome;
import io.ottla.base.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/** The offsets of a checkpoint of a log directory, in memory. On the loop. */
final class OffsetsKept {
    private final Path file;
    private final Map<TopicPartition, Long> offsets;
    private final List<Completion<Void>> waiting = new ArrayList<>();
    private boolean changed;
    private boolean urgent;
    private boolean isWritingForSome;

    private OffsetsKept(Path file, Map<TopicPartition, Long> offsets) {
        this.file = file;
        this.offsets = offsets;
    }

    static OffsetsKept load(Disk disk, Path file) throws IOException {
        return new OffsetsKept(file, OffsetCheckpoint.read(disk, file));
    }

    long get(TopicPartition tp, long otherwise) {
        return offsets.getOrDefault(tp, otherwise);
    }

    void put(TopicPartition tp, long offset, boolean soon) {
        Long before = offsets.put(tp, offset);
        if (before != null && before == offset) return;
        changed = true;
        urgent |= soon;
    }

    void forEach(BiConsumer<TopicPartition, Long> action) {
        offsets.forEach(action);
    }

    void remove(TopicPartition tp) {
        if (offsets.remove(tp) != null) changed = true;
    }

    /** What was to be written was not. */
    void changedAgain() {
        changed = true;
    }

    boolean isUrgent() {
        return urgent;
    }

    boolean isChanged() {
        return changed;
    }

    /** Completes when what was put up to now will be found after a crash. Those who wait at the same time share a write. */
    void makeDurable(Disk disk, Completion<Void> completion) {
        waiting.add(completion);
        if (!isWritingForSome) writeForWaiting(disk);
    }

    private void writeForWaiting(Disk disk) {
        List<Completion<Void>> served = List.copyOf(waiting);
        waiting.clear();
        isWritingForSome = true;
        write(disk, outcome -> {
            isWritingForSome = false;
            if (outcome instanceof Outcome.Failed<Void>) changedAgain();
            if (!waiting.isEmpty()) writeForWaiting(disk);
            for (Completion<Void> each : served) each.complete(outcome);
        });
    }

    /** Writes them, on a disk thread. */
    void write(Disk disk, Completion<Void> completion) {
        changed = false;
        urgent = false;
        Map<TopicPartition, Long> copy = new TreeMap<>(offsets);
        disk.submit(
                file,
                () -> {
                    OffsetCheckpoint.write(disk, file, copy);
                    return null;
                },
                completion);
    }
}
