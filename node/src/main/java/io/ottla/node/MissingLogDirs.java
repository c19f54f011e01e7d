package io.ottla.node;

import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.Outcome;
import io.ottla.base.TopicPartition;
import io.ottla.cluster.ClusterFollower;
import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.Coordination;
import io.ottla.cluster.PartitionImage;
import io.ottla.log.LogDir;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds out whether a log directory is missing that the cluster counts on, before the node claims the folder that has its place: a disk that is not mounted, a
 * mistyped {@code log.dirs}. Serving its partitions as empty ones would lose their records.
 *
 * <p>The evidence: directories that were used know each other ({@code meta.properties}), so one that is gone is known by the others; if none has been used,
 * that may be each of them, or the node is new. Then the coordination service decides: in a cluster where this broker keeps no partition, as at the first
 * start, nothing can be missing. A partition that nobody wrote to has no directory either, so missing partitions alone say nothing.
 */
final class MissingLogDirs {
    /** So many are named. */
    private static final int NAMED_MAX = 10;

    private MissingLogDirs() {}

    /**
     * @param lost directories that are not waited for
     * @param completion fails, with a sentence for people, if records are missing
     */
    static void check(
            int nodeId,
            Storage storage,
            List<Path> lost,
            Coordination coordination,
            Clock clock,
            Completion<Boolean> completion) {
        List<Path> missing =
                storage.missing().stream().filter(dir -> !lost.contains(dir)).toList();
        if (missing.isEmpty()) {
            completion.complete(Outcome.done(true));
            return;
        }
        ClusterFollower follower = new ClusterFollower(coordination, clock);
        follower.start(List.of(), () -> {
            ClusterImage image = follower.image();
            follower.stop();
            List<TopicPartition> gone = gone(nodeId, storage, image);
            completion.complete(
                    gone.isEmpty()
                            ? Outcome.done(true)
                            : Outcome.failed(new IOException(sentence(nodeId, missing, gone))));
        });
    }

    /** The partitions that the cluster says are on this broker, and of which no directory has anything. */
    private static List<TopicPartition> gone(int nodeId, Storage storage, ClusterImage image) {
        Set<TopicPartition> present = new HashSet<>();
        for (LogDir dir : storage.dirs()) present.addAll(dir.partitions());
        List<TopicPartition> gone = new ArrayList<>();
        image.topics().forEach((topic, its) -> {
            for (PartitionImage partition : its.partitions()) {
                TopicPartition name = new TopicPartition(topic, partition.partition());
                if (partition.isr().contains(nodeId) && !present.contains(name)) gone.add(name);
            }
        });
        return gone;
    }

    private static String sentence(int nodeId, List<Path> missing, List<TopicPartition> gone) {
        boolean isOne = missing.size() == 1;
        String paths = missing.stream().map(Path::toString).collect(Collectors.joining(","));
        long topics = gone.stream().map(TopicPartition::topic).distinct().count();
        String names = gone.stream()
                .limit(NAMED_MAX)
                .map(TopicPartition::toString)
                .collect(Collectors.joining(", ", "", gone.size() > NAMED_MAX ? ", …" : ""));
        return ("The log director%s %s %s empty or missing, while the coordination service knows %d partitions of %d topics on this broker (%d) that are in"
                        + " no log directory: %s. Mount the disk, or correct log.dirs, and start again. If these records are lost for good, start once with"
                        + " %s=%s: the partitions begin anew, empty")
                .formatted(
                        isOne ? "y" : "ies",
                        paths,
                        isOne ? "is" : "are",
                        gone.size(),
                        topics,
                        nodeId,
                        names,
                        NodeConfig.LOST_LOG_DIRS,
                        paths);
    }
}
