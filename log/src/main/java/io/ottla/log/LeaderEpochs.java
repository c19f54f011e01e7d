package io.ottla.log;

import io.ottla.base.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * At which offset each leader epoch of a partition began. The file {@code leader-epoch-checkpoint} is a
 * {@link CheckpointFile} with entries {@code epoch SP startOffset}, both rising. Source: LeaderEpochFileCache of Kafka's
 * storage, KIP-101.
 */
final class LeaderEpochs {
    static final String FILE = "leader-epoch-checkpoint";

    private static final Logger logger = LoggerFactory.getLogger(LeaderEpochs.class);

    /** One epoch. */
    record Start(int epoch, long startOffset) {}

    private final List<Start> starts;

    LeaderEpochs(List<Start> starts) {
        this.starts = new ArrayList<>(starts);
    }

    /** A copy that does not change. */
    List<Start> starts() {
        return List.copyOf(starts);
    }

    /** −1 if there is none. */
    int latest() {
        return starts.isEmpty() ? -1 : starts.getLast().epoch();
    }

    /** Lets an epoch begin; what contradicts it is dropped. @return whether anything changed */
    boolean assign(int epoch, long startOffset) {
        if (epoch < 0 || startOffset < 0 || latest() == epoch) return false;
        while (!starts.isEmpty()
                && (starts.getLast().epoch() >= epoch || starts.getLast().startOffset() >= startOffset))
            starts.removeLast();
        starts.add(new Start(epoch, startOffset));
        return true;
    }

    /** Forgets the epochs that began at {@code endOffset} or later. @return whether anything changed */
    boolean truncateTo(long endOffset) {
        return starts.removeIf(start -> start.startOffset() >= endOffset);
    }

    /** Forgets the epochs that ended at or before {@code startOffset}. @return whether anything changed */
    boolean deleteBefore(long startOffset) {
        int last = -1; // the last epoch that began at or before it
        while (last + 1 < starts.size() && starts.get(last + 1).startOffset() <= startOffset) last++;
        if (last < 0 || (last == 0 && starts.getFirst().startOffset() == startOffset)) return false;
        Start kept = new Start(starts.get(last).epoch(), startOffset);
        starts.subList(0, last + 1).clear();
        starts.addFirst(kept);
        return true;
    }

    /** Where an epoch ended, as OffsetForLeaderEpoch asks it. */
    EpochEnd endOf(int epoch, long logEndOffset) {
        if (epoch < 0) return EpochEnd.UNKNOWN;
        if (epoch == latest()) return new EpochEnd(epoch, logEndOffset);
        int higher = 0;
        while (higher < starts.size() && starts.get(higher).epoch() <= epoch) higher++;
        if (higher == starts.size()) return EpochEnd.UNKNOWN;
        int found = higher == 0 ? epoch : starts.get(higher - 1).epoch();
        return new EpochEnd(found, starts.get(higher).startOffset());
    }

    /** The epoch of the batch at an offset; −1 if the log cannot say. */
    int epochAt(long offset) {
        for (Start start : starts.reversed()) if (start.startOffset() <= offset) return start.epoch();
        return -1;
    }

    /** Blocks. A damaged file counts as missing: the epochs are in the batches too. */
    static LeaderEpochs read(Disk disk, Path path) throws IOException {
        return switch (CheckpointFile.read(disk, path, 2)) {
            case CheckpointFile.Content.Missing() -> new LeaderEpochs(List.of());
            case CheckpointFile.Content.Damaged(String why) -> {
                logger.warn("{} is damaged ({}); going on as if it were missing", path, why);
                yield new LeaderEpochs(List.of());
            }
            case CheckpointFile.Content.Entries(List<String[]> entries) -> parse(path, entries);
        };
    }

    private static LeaderEpochs parse(Path path, List<String[]> entries) {
        LeaderEpochs epochs = new LeaderEpochs(List.of());
        try {
            for (String[] entry : entries) {
                int epoch = Integer.parseInt(entry[0]);
                long startOffset = Long.parseLong(entry[1]);
                epochs.assign(epoch, startOffset);
            }
        } catch (NumberFormatException e) {
            logger.warn("{} is damaged ({}); going on as if it were missing", path, e.getMessage());
            return new LeaderEpochs(List.of());
        }
        return epochs;
    }

    /** Blocks. */
    static void write(Disk disk, Path path, List<Start> starts) throws IOException {
        CheckpointFile.write(
                disk,
                path,
                starts.stream()
                        .map(start -> start.epoch() + " " + start.startOffset())
                        .toList());
    }
}
