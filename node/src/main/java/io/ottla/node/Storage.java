package io.ottla.node;

import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import io.ottla.log.LogDir;
import io.ottla.log.LogDirException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/** The log directories of a node, locked, and whose they are. */
final class Storage {
    private final List<LogDir> dirs;
    private final List<StartResult.Started.Data> found;
    private final Disk disk;

    private Storage(List<LogDir> dirs, Disk disk) {
        this.dirs = dirs;
        this.disk = disk;
        found = dirs.stream()
                .map(dir ->
                        new StartResult.Started.Data(dir.path(), dir.nodeId().isEmpty()))
                .toList();
    }

    /** Opens all, or none: fails with a sentence for people, and nothing stays locked. */
    static void open(List<Path> paths, Disk disk, Completion<Storage> completion) {
        disk.submit(Storage.class, () -> new Storage(openAll(paths, disk), disk), completion);
    }

    private static List<LogDir> openAll(List<Path> paths, Disk disk) throws IOException {
        List<LogDir> opened = new ArrayList<>();
        for (Path path : paths) {
            try {
                opened.add(LogDir.open(path, disk));
            } catch (LogDirException e) {
                opened.forEach(LogDir::close);
                throw new IOException(e.getMessage(), e);
            }
        }
        return List.copyOf(opened);
    }

    /** Writes into each directory that has not been used yet whose it is; fails if one belongs to another node or cluster. */
    void claim(int nodeId, String clusterId, SeededRandom random, Completion<Storage> completion) {
        List<TopicId> freshIds = dirs.stream().map(dir -> random.nextTopicId()).toList();
        disk.submit(
                Storage.class,
                () -> {
                    try {
                        Map<TopicId, String> together = new LinkedHashMap<>();
                        for (int i = 0; i < dirs.size(); i++) {
                            LogDir dir = dirs.get(i);
                            together.put(
                                    dir.directoryId().orElse(freshIds.get(i)),
                                    dir.path().toString());
                        }
                        for (int i = 0; i < dirs.size(); i++)
                            dirs.get(i).claim(nodeId, clusterId, freshIds.get(i), together);
                    } catch (LogDirException e) {
                        throw new IOException(e.getMessage(), e);
                    }
                    return this;
                },
                completion);
    }

    /**
     * Directories that the node used before, as far as the others tell, and that are not there: not configured any more, or empty folders. If none of the
     * directories has been used, that may be each of them.
     */
    List<Path> missing() {
        Set<TopicId> present = new HashSet<>();
        for (LogDir dir : dirs) dir.directoryId().ifPresent(present::add);
        if (dirs.stream().allMatch(dir -> dir.nodeId().isEmpty()))
            return dirs.stream().map(LogDir::path).toList();
        Set<Path> missing = new LinkedHashSet<>();
        for (LogDir dir : dirs)
            dir.usedTogether().forEach((id, path) -> {
                if (!present.contains(id)) missing.add(dir.path().resolve(path));
            });
        return List.copyOf(missing);
    }

    List<LogDir> dirs() {
        return dirs;
    }

    /** As they were when they were opened. */
    List<StartResult.Started.Data> found() {
        return found;
    }

    /** The node that the first directory which has been used belongs to. */
    OptionalInt nodeId() {
        return dirs.stream()
                .map(LogDir::nodeId)
                .filter(OptionalInt::isPresent)
                .findFirst()
                .orElse(OptionalInt.empty());
    }

    /** The cluster that the first directory which has been used belongs to. */
    Optional<String> clusterId() {
        return dirs.stream().flatMap(dir -> dir.clusterId().stream()).findFirst();
    }

    /** Claimed, so that each has one. */
    List<TopicId> directoryIds() {
        return dirs.stream().map(dir -> dir.directoryId().orElseThrow()).toList();
    }

    boolean wasCleanlyStopped() {
        return dirs.stream().allMatch(LogDir::wasCleanlyStopped);
    }

    /** Gives up the locks, where nobody has taken over the directories. Blocks. */
    void close(Completion<Boolean> completion) {
        disk.submit(
                Storage.class,
                () -> {
                    dirs.forEach(LogDir::close);
                    return true;
                },
                completion);
    }
}
