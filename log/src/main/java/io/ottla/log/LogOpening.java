package io.ottla.log;

import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.Outcome;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens logs on disk threads, a few at once: first those that somebody waits for, then those that an unclean stop left
 * unchecked. On the loop.
 */
final class LogOpening {
    private static final Logger logger = LoggerFactory.getLogger(LogOpening.class);
    /** A partition is only named when its check took noticeable time. */
    private static final long LARGE_RECOVERY_BYTES = 64 << 20;

    /** A log that cannot be checked is tried again so often. */
    private static final long CHECK_AGAIN_MS = 30_000;

    private final Logs logs;
    private final LogContext context;
    private final Clock clock;
    private final Map<TopicPartition, Opening> openings = new HashMap<>();
    private final ArrayDeque<Opening> queue = new ArrayDeque<>();
    private final Set<TopicPartition> unrecovered = new TreeSet<>();
    /** Those among them that could not be opened, and when it is tried again. */
    private final Map<TopicPartition, Long> checkAgainAtMs = new HashMap<>();

    private final List<Runnable> whenAllSettled = new ArrayList<>();
    /** Directories whose files are to be synced, all at once, before any log in them is checked. */
    private final List<LogDir> toSync = new ArrayList<>();

    private final Set<LogDir> synced = new HashSet<>();
    private int syncing;
    private int running;
    private int checked;
    private long checkedBytes;
    private long checkingSinceNs;
    private boolean stopped;

    /** One log on its way to be open, and who waits for it. */
    private static final class Opening {
        final TopicPartition tp;
        final LogDir dir;
        final boolean fresh;
        final List<Waiting> waiting = new ArrayList<>();
        final List<Runnable> settled = new ArrayList<>();

        Opening(TopicPartition tp, LogDir dir, boolean fresh) {
            this.tp = tp;
            this.dir = dir;
            this.fresh = fresh;
        }
    }

    private record Waiting(TopicId topicId, LogConfig config, Completion<Log> completion) {}

    LogOpening(Logs logs, LogContext context, Clock clock) {
        this.logs = logs;
        this.context = context;
        this.clock = clock;
    }

    void recoverLater(Map<TopicPartition, LogDir> partitions) {
        Map<LogDir, Integer> counts = new LinkedHashMap<>();
        partitions.forEach((tp, dir) -> {
            if (dir.wasCleanlyStopped()) return;
            unrecovered.add(tp);
            counts.merge(dir, 1, Integer::sum);
        });
        if (unrecovered.isEmpty()) return;
        checkingSinceNs = clock.monotonicNs();
        logger.info("the last stop was not clean: {} partitions are to be checked", unrecovered.size());
        counts.forEach((dir, count) -> {
            boolean many = count >= context.settings().finishing().togetherMin()
                    && context.disk().syncsFileSystems();
            // after a failed sync each file is written again, and synced by itself
            if (many && !dir.syncFailedBefore()) toSync.add(dir);
        });
    }

    /** One sync of what the last process wrote, instead of one for each log that is checked. */
    private void syncTogether() {
        for (LogDir dir : toSync) {
            syncing++;
            dir.syncFileSystem(outcome -> {
                syncing--;
                switch (outcome) {
                    case Outcome.Done<Void> done -> synced.add(dir);
                    case Outcome.Failed<Void>(IOException cause) -> logs.fail(dir, cause);
                }
                goOn();
            });
        }
        toSync.clear();
    }

    Set<TopicPartition> unrecovered() {
        return Collections.unmodifiableSet(unrecovered);
    }

    void forget(TopicPartition tp) {
        unrecovered.remove(tp);
        checkAgainAtMs.remove(tp);
    }

    void open(TopicPartition tp, TopicId topicId, LogConfig config, Completion<Log> completion) {
        Waiting waiting = new Waiting(topicId, config, completion);
        Optional<Log> open = logs.get(tp);
        if (open.isPresent()) {
            clock.execute(() -> answer(waiting, tp, Outcome.done(open.get())));
            return;
        }
        if (stopped) {
            refuse(waiting, new LogsClosing());
            return;
        }
        Opening opening = openings.get(tp);
        if (opening == null) {
            boolean fresh = logs.dirOf(tp).isEmpty();
            Optional<LogDir> dir = logs.place(tp);
            if (dir.isEmpty() || dir.get().failure().isPresent()) {
                refuse(waiting, new IOException("no log directory is usable for " + tp));
                return;
            }
            opening = new Opening(tp, dir.get(), fresh);
            openings.put(tp, opening);
            queue.addLast(opening);
        }
        if (opening.settled.isEmpty()) opening.waiting.add(waiting);
        // what is opened now is about to be deleted: that goes first
        else opening.settled.add(() -> open(tp, topicId, config, completion));
        begin();
    }

    private void refuse(Waiting waiting, IOException cause) {
        clock.execute(() -> waiting.completion().complete(Outcome.failed(cause)));
    }

    /** Runs at once, or when the partition is no longer on its way to be open. */
    void whenSettled(TopicPartition tp, Runnable task) {
        Opening opening = openings.get(tp);
        if (opening == null) task.run();
        else opening.settled.add(task);
    }

    void whenAllSettled(Runnable task) {
        if (openings.isEmpty()) task.run();
        else whenAllSettled.add(task);
    }

    void stop() {
        stopped = true;
        if (!unrecovered.isEmpty())
            logger.info("{} partitions are not checked yet; the next start goes on with them", unrecovered.size());
    }

    /** Goes on with what an unclean stop left, while nobody else waits. */
    void tick(long nowMs) {
        if (unrecovered.isEmpty()) return;
        for (TopicPartition tp : unrecovered) {
            if (running + queue.size() >= context.settings().files().recoveriesMax()) break;
            LogDir dir = logs.dirOf(tp).orElseThrow();
            if (openings.containsKey(tp) || dir.failure().isPresent()) continue;
            if (checkAgainAtMs.getOrDefault(tp, nowMs) > nowMs) continue;
            Opening opening = new Opening(tp, dir, false);
            openings.put(tp, opening);
            queue.addLast(opening);
        }
        begin();
    }

    private void begin() {
        if (!queue.isEmpty()) syncTogether();
        while (syncing == 0 && running < context.settings().files().recoveriesMax() && !queue.isEmpty()) {
            running++;
            load(queue.poll());
        }
    }

    private void load(Opening opening) {
        Optional<Waiting> first = opening.waiting.stream().findFirst();
        Optional<LogConfig> known =
                first.map(Waiting::config).or(() -> logs.wantedNow(opening.tp).map(Logs.Wanted::config));
        LogConfig config = known.orElse(LogConfig.DEFAULTS);
        Optional<TopicId> topicId = first.map(Waiting::topicId);
        // also a log that was compacted once, or whose configuration nobody has told yet
        boolean mayHaveHoles =
                known.isEmpty() || config.compaction().isOn() || opening.dir.firstDirtyOffset(opening.tp) > 0;
        Path directory = opening.dir.path().resolve(PartitionDirectory.name(opening.tp));
        LogLoader.Request request = new LogLoader.Request(
                directory,
                config,
                context.settings().producerExpirationMs(),
                !unrecovered.contains(opening.tp),
                opening.dir.recoveryPoint(opening.tp),
                opening.dir.logStartOffset(opening.tp),
                synced.contains(opening.dir),
                mayHaveHoles,
                opening.dir.syncFailedBefore(),
                Long.MAX_VALUE,
                clock.nowMs());
        Disk disk = context.disk();
        disk.submit(directory, () -> loadOrProbe(disk, opening, request, topicId), outcome -> {
            running--;
            openings.remove(opening.tp);
            settle(opening, config, directory, outcome);
            goOn();
        });
    }

    private void goOn() {
        if (!stopped) begin();
        else refuseQueue();
        if (openings.isEmpty()) {
            whenAllSettled.forEach(Runnable::run);
            whenAllSettled.clear();
        }
    }

    private void refuseQueue() {
        for (Opening opening : queue) {
            openings.remove(opening.tp);
            opening.waiting.forEach(waiting -> refuse(waiting, new LogsClosing()));
            opening.settled.forEach(Runnable::run);
        }
        queue.clear();
    }

    /** Tells the trouble of one log from that of its directory. On a disk thread. */
    private static LoadedLog loadOrProbe(
            Disk disk, Opening opening, LogLoader.Request request, Optional<TopicId> topicId) throws IOException {
        try {
            return load(disk, opening.tp, request, topicId);
        } catch (InconsistentTopicId | FailedSync e) {
            throw e;
        } catch (IOException e) {
            if (NoSpace.isIt(e)) throw e;
            opening.dir.probe();
            throw new UnopenableLog(request.directory(), e);
        }
    }

    /** On a disk thread. */
    private static LoadedLog load(Disk disk, TopicPartition tp, LogLoader.Request request, Optional<TopicId> topicId)
            throws IOException {
        Path directory = request.directory();
        Path metadata = directory.resolve(PartitionMetadata.FILE);
        if (!disk.exists(directory)) {
            disk.createDirectories(directory);
            if (topicId.isPresent()) PartitionMetadata.write(disk, metadata, topicId.get());
            disk.syncDirectory(directory.getParent());
        } else if (topicId.isPresent()) {
            Optional<TopicId> found = PartitionMetadata.read(disk, metadata);
            if (found.isPresent() && !found.get().equals(topicId.get()))
                throw new InconsistentTopicId(tp, topicId.get(), found.get());
            if (found.isEmpty()) PartitionMetadata.write(disk, metadata, topicId.get());
        }
        return LogLoader.load(disk, request);
    }

    private void settle(Opening opening, LogConfig config, Path directory, Outcome<LoadedLog> outcome) {
        TopicPartition tp = opening.tp;
        switch (outcome) {
            case Outcome.Done<LoadedLog>(LoadedLog loaded) -> {
                boolean wasUnrecovered = unrecovered.remove(tp);
                TopicId topicId = opening.waiting.isEmpty()
                        ? loaded.topicId().orElse(TopicId.ZERO)
                        : opening.waiting.getFirst().topicId();
                Log log = new Log(context, opening.dir, directory, tp, topicId, config, loaded);
                if (loaded.recovered()) opening.dir.recoveryPoint(tp, loaded.endOffset(), true);
                if (wasUnrecovered) checked(tp, loaded);
                logs.opened(log);
                for (Waiting waiting : opening.waiting) answer(waiting, tp, Outcome.done(log));
            }
            case Outcome.Failed<LoadedLog>(IOException cause) -> {
                if (opening.fresh) logs.unplace(tp);
                if (isOfTheDirectory(cause)) logs.fail(opening.dir, cause);
                else if (unrecovered.contains(tp)) checkLater(tp, cause);
                for (Waiting waiting : opening.waiting) waiting.completion().complete(Outcome.failed(cause));
            }
        }
        opening.settled.forEach(Runnable::run);
    }

    private static boolean isOfTheDirectory(IOException cause) {
        return !(cause instanceof InconsistentTopicId || cause instanceof UnopenableLog || NoSpace.isIt(cause));
    }

    /** Said once; the others are not to wait for it. */
    private void checkLater(TopicPartition tp, IOException cause) {
        if (checkAgainAtMs.put(tp, clock.nowMs() + CHECK_AGAIN_MS) == null)
            logger.error("{} cannot be checked after the unclean stop: {}", tp, cause.getMessage());
    }

    private void checked(TopicPartition tp, LoadedLog loaded) {
        checkAgainAtMs.remove(tp);
        checked++;
        checkedBytes += loaded.recoveredBytes();
        if (loaded.recoveredBytes() >= LARGE_RECOVERY_BYTES)
            logger.info(
                    "{}: checked {} bytes, offsets {} to {}",
                    tp,
                    loaded.recoveredBytes(),
                    loaded.startOffset(),
                    loaded.endOffset());
        if (unrecovered.isEmpty())
            logger.info(
                    "all is checked after the unclean stop: {} partitions, {} bytes, in {} ms",
                    checked,
                    checkedBytes,
                    (clock.monotonicNs() - checkingSinceNs) / 1_000_000);
    }

    private void answer(Waiting waiting, TopicPartition tp, Outcome<Log> outcome) {
        if (outcome instanceof Outcome.Done<Log>(Log log)) {
            TopicId known = log.topicId();
            if (known.equals(TopicId.ZERO)) {
                log.adopt(waiting.topicId());
            } else if (!known.equals(waiting.topicId())) {
                waiting.completion().complete(Outcome.failed(new InconsistentTopicId(tp, waiting.topicId(), known)));
                return;
            }
            if (!waiting.config().equals(log.config())) log.configure(waiting.config());
        }
        waiting.completion().complete(outcome);
    }
}
