package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The names of partitions' directories.
 *
 * <pre>
 * in use       := TOPIC "-" PARTITION
 * deleted      := TOPIC "-" PARTITION "." 32 hexadecimal digits "-delete"    at most 255 characters, TOPIC is cut for it
 * moving       := TOPIC "-" PARTITION "." 32 hexadecimal digits "-future"
 * not wanted   := TOPIC "-" PARTITION "." 32 hexadecimal digits "-stray"
 * </pre>
 *
 * Source: LocalLog and LogFileUtils of Kafka's storage.
 */
final class PartitionDirectory {
    static final String DELETE = "-delete";
    private static final String FUTURE = "-future";
    private static final String STRAY = "-stray";
    /** KRaft's own log, which is not for a node whose cluster state is in znodes. */
    private static final String CLUSTER_METADATA = "__cluster_metadata";

    private static final int NAME_CHARS_MAX = 255;

    private PartitionDirectory() {}

    /**
     * @param partitions in use
     * @param deleted names of directories whose deletion was begun
     */
    record Listing(Set<TopicPartition> partitions, List<String> deleted) {}

    static Listing list(Disk disk, Path logDir) throws IOException {
        Set<TopicPartition> partitions = new TreeSet<>();
        List<String> deleted = new ArrayList<>();
        for (String name : disk.list(logDir)) {
            if (name.endsWith(DELETE)) {
                deleted.add(name);
                continue;
            }
            Optional<TopicPartition> tp = parse(name);
            if (tp.isPresent()) partitions.add(tp.get());
        }
        return new Listing(partitions, deleted);
    }

    /** Empty if it is no name of a partition in use. */
    static Optional<TopicPartition> parse(String name) {
        int dash = name.lastIndexOf('-');
        if (dash <= 0 || name.endsWith(DELETE) || name.endsWith(FUTURE) || name.endsWith(STRAY))
            return Optional.empty();
        String topic = name.substring(0, dash);
        String number = name.substring(dash + 1);
        if (topic.equals(CLUSTER_METADATA) || !number.matches("0|[1-9][0-9]{0,8}") || !topic.matches("[a-zA-Z0-9._-]+"))
            return Optional.empty();
        return Optional.of(new TopicPartition(topic, Integer.parseInt(number)));
    }

    static String name(TopicPartition tp) {
        return tp.toString();
    }

    /** @param unique 128 random bits */
    static String deletedName(TopicPartition tp, long uniqueHigh, long uniqueLow) {
        return uniqueName(tp, uniqueHigh, uniqueLow, DELETE);
    }

    /** Kept, but nobody's. @param unique 128 random bits */
    static String strayName(TopicPartition tp, long uniqueHigh, long uniqueLow) {
        return uniqueName(tp, uniqueHigh, uniqueLow, STRAY);
    }

    private static String uniqueName(TopicPartition tp, long uniqueHigh, long uniqueLow, String ending) {
        String suffix = "-%d.%016x%016x%s".formatted(tp.partition(), uniqueHigh, uniqueLow, ending);
        int chars = Math.min(tp.topic().length(), NAME_CHARS_MAX - suffix.length());
        return tp.topic().substring(0, chars) + suffix;
    }

    /** Deletes a directory and the files in it. Blocks. */
    static void delete(Disk disk, Path directory) throws IOException {
        if (!disk.exists(directory)) return;
        List<String> names = new ArrayList<>(disk.list(directory));
        names.sort(Comparator.reverseOrder()); // metadata and newest segments first
        for (String name : names) disk.delete(directory.resolve(name));
        disk.delete(directory);
        disk.syncDirectory(directory.getParent());
    }
}
