package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.Outcome;
import io.ottla.base.TopicPartition;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Partitions that nobody has opened since the start: retention and compaction are due for them all the same. A disk
 * thread looks at the names and ages of their files, some partitions at a time; only where something may be due is the
 * log opened. On the loop.
 */
final class Unopened {
    private static final Logger logger = LoggerFactory.getLogger(Unopened.class);
    private static final int PARTITIONS_AT_ONCE = 100;

    private final Logs logs;
    private final Disk disk;
    private final ArrayDeque<TopicPartition> toLook = new ArrayDeque<>();
    private Function<TopicPartition, Optional<Logs.Wanted>> source = tp -> Optional.empty();
    private boolean looking;
    private boolean stopped;

    Unopened(Logs logs, Disk disk) {
        this.logs = logs;
        this.disk = disk;
    }

    void wanted(Function<TopicPartition, Optional<Logs.Wanted>> source) {
        this.source = source;
    }

    Optional<Logs.Wanted> wantedNow(TopicPartition tp) {
        return source.apply(tp);
    }

    void stop() {
        stopped = true;
    }

    void look(long nowMs) {
        if (looking) return;
        for (TopicPartition tp : logs.partitions()) if (isClosed(tp)) toLook.add(tp);
        next(nowMs);
    }

    private boolean isClosed(TopicPartition tp) {
        return logs.get(tp).isEmpty();
    }

    private record Candidate(Path directory, Logs.Wanted wanted) {}

    private void next(long nowMs) {
        Map<TopicPartition, Candidate> some = new TreeMap<>();
        while (!toLook.isEmpty() && some.size() < PARTITIONS_AT_ONCE) {
            TopicPartition tp = toLook.poll();
            Optional<LogDir> dir = logs.dirOf(tp);
            if (!isClosed(tp) || dir.isEmpty() || dir.get().failure().isPresent()) continue;
            Path directory = dir.get().path().resolve(PartitionDirectory.name(tp));
            source.apply(tp).ifPresent(wanted -> some.put(tp, new Candidate(directory, wanted)));
        }
        looking = !some.isEmpty() && !stopped;
        if (!looking) return;
        disk.submit(
                this,
                () -> {
                    List<TopicPartition> due = new ArrayList<>();
                    for (var each : some.entrySet()) if (mayBeDue(each.getValue(), nowMs)) due.add(each.getKey());
                    return due;
                },
                outcome -> {
                    switch (outcome) {
                        case Outcome.Done<List<TopicPartition>>(List<TopicPartition> due) ->
                            due.forEach(tp -> open(tp, some.get(tp).wanted()));
                        case Outcome.Failed<List<TopicPartition>>(IOException cause) ->
                            logger.warn("cannot look for old segments: {}", cause.toString());
                    }
                    next(nowMs);
                });
    }

    /** On a disk thread. A single segment is only of interest when all of it is too old. */
    private boolean mayBeDue(Candidate candidate, long nowMs) throws IOException {
        LogConfig config = candidate.wanted().config();
        int segments = 0;
        long newestMs = Long.MIN_VALUE;
        long bytes = 0;
        try {
            for (String name : disk.list(candidate.directory())) {
                if (LogFiles.offset(name, LogFiles.LOG).isEmpty()) continue;
                Path file = candidate.directory().resolve(name);
                segments++;
                bytes += disk.size(file);
                newestMs = Math.max(newestMs, disk.lastModifiedMs(file));
            }
        } catch (NoSuchFileException deletedMeanwhile) {
            return false;
        }
        if (segments > 1) return true;
        boolean tooOld = config.retention().ms() >= 0
                && nowMs - newestMs > config.retention().ms();
        boolean tooMuch =
                config.retention().bytes() >= 0 && bytes > config.retention().bytes();
        return bytes > 0 && config.retention().isOn() && (tooOld || tooMuch);
    }

    private void open(TopicPartition tp, Logs.Wanted wanted) {
        if (stopped || !isClosed(tp) || logs.dirOf(tp).isEmpty()) return;
        logs.open(tp, wanted.topicId(), wanted.config(), outcome -> {
            if (outcome instanceof Outcome.Failed<Log>(IOException cause) && !(cause instanceof LogsClosing))
                logger.warn("{}: cannot be opened for retention: {}", tp, cause.toString());
        });
    }
}
