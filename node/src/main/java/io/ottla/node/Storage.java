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
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The log directories of a node, locked, and whose they are. */
final class Storage {
    private final List<LogDir> dirs;
    private final Disk disk;

    private Storage(List<LogDir> dirs, Disk disk) {
        this.dirs = dirs;
        this.disk = disk;
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
                        for (int i = 0; i < dirs.size(); i++) dirs.get(i).claim(nodeId, clusterId, freshIds.get(i));
                    } catch (LogDirException e) {
                        throw new IOException(e.getMessage(), e);
                    }
                    return this;
                },
                completion);
    }

    List<LogDir> dirs() {
        return dirs;
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
