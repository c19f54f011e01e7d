package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A checkpoint with an offset for each partition of a log directory: {@code topic SP partition SP offset}. Source:
 * OffsetCheckpointFile of Kafka's storage. Blocks: for disk threads and for start-up.
 */
final class OffsetCheckpoint {

    static final String RECOVERY_POINT = "recovery-point-offset-checkpoint";
    static final String LOG_START = "log-start-offset-checkpoint";
    static final String HIGH_WATERMARK = "replication-offset-checkpoint";
    static final String CLEANER = "cleaner-offset-checkpoint";

    private static final Logger logger = LoggerFactory.getLogger(OffsetCheckpoint.class);

    private OffsetCheckpoint() {}

    /** Empty if the file is missing or damaged; the latter is said in the log. */
    static Map<TopicPartition, Long> read(Disk disk, Path path) throws IOException {
        Map<TopicPartition, Long> offsets = new TreeMap<>();
        switch (CheckpointFile.read(disk, path, 3)) {
            case CheckpointFile.Content.Missing() -> {}
            case CheckpointFile.Content.Damaged(String why) -> warn(path, why);
            case CheckpointFile.Content.Entries(List<String[]> entries) -> {
                for (String[] entry : entries) {
                    try {
                        long offset = Long.parseLong(entry[2]);
                        if (offset < 0) throw new NumberFormatException("negative offset " + offset);
                        offsets.put(new TopicPartition(entry[0], Integer.parseUnsignedInt(entry[1])), offset);
                    } catch (NumberFormatException e) {
                        warn(path, "entry '" + String.join(" ", entry) + "': " + e.getMessage());
                        return new TreeMap<>();
                    }
                }
            }
        }
        return offsets;
    }

    static void write(Disk disk, Path path, Map<TopicPartition, Long> offsets) throws IOException {
        List<String> entries = new ArrayList<>(offsets.size());
        offsets.forEach((tp, offset) -> entries.add(tp.topic() + " " + tp.partition() + " " + offset));
        CheckpointFile.write(disk, path, entries);
    }

    private static void warn(Path path, String why) {
        logger.warn("{} is damaged ({}); going on as if it were missing", path, why);
    }
}
