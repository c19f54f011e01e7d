package io.ottla.log;

import io.ottla.base.Disk;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files and directories that were renamed and are deleted a while later, so that whoever reads them can finish. What is
 * left when the node stops is deleted after the next start. On the loop.
 */
final class Deletions implements LogContext.Deletions {
    private static final Logger logger = LoggerFactory.getLogger(Deletions.class);

    private record Due(long atMs, Path path, boolean directory) {}

    private final Disk disk;
    private final PriorityQueue<Due> waiting = new PriorityQueue<>((a, b) -> Long.compare(a.atMs(), b.atMs()));
    private long nowMs;

    Deletions(Disk disk) {
        this.disk = disk;
    }

    @Override
    public void add(Path file, long delayMs) {
        waiting.add(new Due(nowMs + delayMs, file, false));
    }

    void addDirectory(Path directory, long delayMs) {
        waiting.add(new Due(nowMs + delayMs, directory, true));
    }

    void tick(long nowMs) {
        this.nowMs = nowMs;
        List<Due> due = new ArrayList<>();
        while (!waiting.isEmpty() && waiting.peek().atMs() <= nowMs) due.add(waiting.poll());
        if (due.isEmpty()) return;
        disk.submit(
                this,
                () -> {
                    for (Due each : due) {
                        if (each.directory()) PartitionDirectory.delete(disk, each.path());
                        else disk.delete(each.path());
                    }
                    return null;
                },
                outcome -> {
                    if (outcome instanceof io.ottla.base.Outcome.Failed<Object>(var cause))
                        logger.warn("cannot delete what is not wanted any more: {}", cause.toString());
                });
    }
}
