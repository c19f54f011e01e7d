package io.ottla.log;

import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.kafkaprotocol.RecordValidation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All logs of a node, over its log directories. Logs are opened when somebody wants them; after an unclean stop all are
 * opened in the background, so that the next clean stop can vouch for them. Belongs to the node's loop.
 */
public final class Logs {
    private static final Logger logger = LoggerFactory.getLogger(Logs.class);

    private final Disk disk;
    private final Clock clock;
    private final SeededRandom random;
    private final List<LogDir> dirs;
    private final LogContext context;
    private final LogOpening opening;
    private final LogUpkeep upkeep;
    private final Map<TopicPartition, LogDir> dirOf = new TreeMap<>();

    /** How many of them each directory has, so that placing one more costs no walk over all. */
    private final Map<LogDir, Integer> partitionsIn = new HashMap<>();

    private final Map<TopicPartition, Log> open = new TreeMap<>();
    private BiConsumer<LogDir, IOException> failureListener = (dir, cause) -> {};
    private Consumer<Log> openListener = log -> {};
    private boolean closing;

    /**
     * Blocks for a moment, like the opening of directories.
     *
     * @param dirs open and claimed; they are closed by {@link #closeCleanly}
     * @throws LogDirException if two of them have the same partition, or one cannot be written
     */
    public Logs(List<LogDir> dirs, Disk disk, Clock clock, LogSettings settings, SeededRandom random)
            throws LogDirException {
        this(dirs, disk, clock, () -> settings, random);
    }

    /** @param settings those that hold now; expiry of producers and compaction follow when they change */
    public Logs(List<LogDir> dirs, Disk disk, Clock clock, Supplier<LogSettings> settings, SeededRandom random)
            throws LogDirException {
        this.disk = disk;
        this.clock = clock;
        this.random = random;
        this.dirs = List.copyOf(dirs);
        Deletions deletions = new Deletions(disk);
        context = new LogContext(
                disk,
                new OpenFiles(disk, settings.get().files().openMax()),
                settings,
                random,
                new RecordValidation(settings.get().batchHeldBytesMax()),
                new Object(),
                this::failed,
                deletions);
        opening = new LogOpening(this, context, clock);
        upkeep = new LogUpkeep(this, context, deletions, clock);
        for (LogDir dir : dirs) {
            for (TopicPartition tp : dir.listing().partitions()) {
                LogDir other = put(tp, dir);
                if (other != null)
                    throw new LogDirException(
                            "Partition %s is in two log directories, %s and %s.".formatted(tp, other, dir));
            }
            dir.begin();
            for (String name : dir.listing().deleted())
                deletions.addDirectory(dir.path().resolve(name), 0);
        }
        opening.recoverLater(dirOf);
    }

    /** Is told, once, of each log directory that has failed; the logs in it are of no use from then on. */
    public void onFailure(BiConsumer<LogDir, IOException> listener) {
        failureListener = listener;
    }

    /**
     * Is told of each log that is open now, whoever wanted it: a client, the check after an unclean stop, retention. It
     * has to see to it that the log learns its high watermark ({@link Log#highWatermark(long)}).
     */
    public void onOpened(Consumer<Log> listener) {
        openListener = listener;
    }

    private void failed(LogDir dir, IOException cause) {
        if (dir.failure().isPresent()) return;
        dir.fail(cause);
        logger.error("the log directory {} has failed and is used no more: {}", dir, cause.toString(), cause);
        clock.execute(() -> failureListener.accept(dir, cause));
    }

    /** What a partition should be. */
    public record Wanted(TopicId topicId, LogConfig config) {}

    /**
     * Says what the partitions should be that nobody has opened, so that retention and compaction reach them too. Without
     * it they wait until they are opened; a partition for which it is empty is left alone.
     */
    public void wanted(Function<TopicPartition, Optional<Wanted>> source) {
        upkeep.wanted(source);
    }

    Optional<Wanted> wantedNow(TopicPartition tp) {
        return upkeep.wantedNow(tp);
    }

    public List<LogDir> dirs() {
        return dirs;
    }

    /** The partitions that have a directory. */
    public Set<TopicPartition> partitions() {
        return Collections.unmodifiableSet(dirOf.keySet());
    }

    /** Partitions that had records when the checkpoints were written, and have no directory any more: as they were found at the start. */
    public Set<TopicPartition> vanished() {
        Set<TopicPartition> vanished = new TreeSet<>();
        for (LogDir dir : dirs) for (TopicPartition tp : dir.vanished()) if (!dirOf.containsKey(tp)) vanished.add(tp);
        return vanished;
    }

    /** The directory that holds a partition; empty if it has none yet. */
    public Optional<LogDir> dirOf(TopicPartition tp) {
        return Optional.ofNullable(dirOf.get(tp));
    }

    /**
     * Opens a log, or creates it. If it is open already it gets the configuration.
     *
     * @param completion fails with {@link InconsistentTopicId} if the directory is another topic's, with {@link
     *     UnopenableLog} if this log alone is in trouble, with the system's words if the disk is full; after any other
     *     {@link IOException} its log directory has failed
     */
    public void open(TopicPartition tp, TopicId topicId, LogConfig config, Completion<Log> completion) {
        opening.open(tp, topicId, config, completion);
    }

    /** The last leader epochs in directories that wait for their partition to be created; those that have none are left out. Reads a small file of each. */
    public void lastEpochsFound(
            Collection<TopicPartition> waiting, Completion<Map<TopicPartition, Integer>> completion) {
        Map<TopicPartition, Path> files = new TreeMap<>();
        for (TopicPartition tp : waiting) {
            LogDir dir = dirOf.get(tp);
            if (dir != null)
                files.put(tp, dir.path().resolve(PartitionDirectory.name(tp)).resolve(LeaderEpochs.FILE));
        }
        disk.submit(this, () -> lastEpochs(files), completion);
    }

    private Map<TopicPartition, Integer> lastEpochs(Map<TopicPartition, Path> files) {
        Map<TopicPartition, Integer> found = new TreeMap<>();
        files.forEach((tp, file) -> {
            try {
                int last = LeaderEpochs.read(disk, file).latest();
                if (last >= 0) found.put(tp, last);
            } catch (IOException e) {
                logger.warn("the leader epochs of {} cannot be read: {}", tp, e.toString());
            }
        });
        return found;
    }

    /** A log that is open now. */
    public Optional<Log> get(TopicPartition tp) {
        return Optional.ofNullable(open.get(tp));
    }

    /** Partitions whose last stop was unclean and that have not been checked yet. */
    public Set<TopicPartition> unrecovered() {
        return opening.unrecovered();
    }

    /** Deletes a partition: its directory is renamed and loses its files a while later. */
    public void delete(TopicPartition tp, Completion<Void> completion) {
        opening.whenSettled(tp, () -> deleteNow(tp, completion));
    }

    private void deleteNow(TopicPartition tp, Completion<Void> completion) {
        long delayMs =
                get(tp).map(Log::config).orElse(LogConfig.DEFAULTS).segments().deleteDelayMs();
        String name = PartitionDirectory.deletedName(tp, random.nextLong(), random.nextLong());
        rename(tp, name, renamed -> upkeep.deletions().addDirectory(renamed, delayMs), completion);
    }

    /**
     * Takes a partition's directory out of use and keeps it, under a name that ends in {@code -stray} as Kafka's does:
     * for one that belongs to another topic of the same name, which nobody knows any more.
     */
    public void setAside(TopicPartition tp, Completion<Void> completion) {
        String name = PartitionDirectory.strayName(tp, random.nextLong(), random.nextLong());
        opening.whenSettled(
                tp, () -> rename(tp, name, renamed -> logger.warn("{} is kept as {}", tp, renamed), completion));
    }

    private void rename(TopicPartition tp, String name, Consumer<Path> then, Completion<Void> completion) {
        LogDir dir = removeFromDir(tp);
        opening.forget(tp);
        Log log = open.remove(tp);
        if (log != null) log.close();
        if (dir == null) {
            clock.execute(() -> completion.complete(Outcome.done(null)));
            return;
        }
        dir.forget(tp);
        Path directory = dir.path().resolve(PartitionDirectory.name(tp));
        Path renamed = dir.path().resolve(name);
        disk.submit(
                directory,
                () -> {
                    if (disk.exists(directory)) {
                        disk.rename(directory, renamed);
                        disk.syncDirectory(dir.path());
                    }
                    return null;
                },
                (Outcome<Void> outcome) -> {
                    if (outcome instanceof Outcome.Failed<Void>(IOException cause)) failed(dir, cause);
                    else then.accept(renamed);
                    completion.complete(outcome);
                });
    }

    /** Retention, flushing by time, checkpoints, compaction, closing of idle files. To be called about once a second. */
    public void tick(long nowMs) {
        if (closing) return;
        opening.tick(nowMs);
        upkeep.tick(nowMs);
    }

    /**
     * What a log directory holds.
     *
     * @param sizes in bytes, by partition
     */
    public record Description(LogDir dir, Map<TopicPartition, Long> sizes, long totalBytes, long usableBytes) {}

    /**
     * For DescribeLogDirs: one for each directory that has not failed.
     *
     * @param assigned the partitions of this node. One that nobody has written to yet has no directory; it is told as
     *     empty, where it would be created
     */
    public void describe(Collection<TopicPartition> assigned, Completion<List<Description>> completion) {
        Map<LogDir, Map<TopicPartition, Long>> sizes = new LinkedHashMap<>();
        Map<LogDir, List<TopicPartition>> unknown = new java.util.HashMap<>();
        for (LogDir dir : dirs) {
            if (dir.failure().isPresent()) continue;
            sizes.put(dir, new TreeMap<>());
            unknown.put(dir, new ArrayList<>());
        }
        dirOf.forEach((tp, dir) -> {
            if (!sizes.containsKey(dir)) return;
            Log log = open.get(tp);
            if (log == null) unknown.get(dir).add(tp);
            else sizes.get(dir).put(tp, log.sizeBytes());
        });
        Map<LogDir, Integer> counts = counts();
        for (TopicPartition tp : new TreeSet<>(assigned)) {
            if (dirOf.containsKey(tp)) continue;
            fewest(counts).ifPresent(dir -> {
                sizes.get(dir).put(tp, 0L);
                counts.merge(dir, 1, Integer::sum);
            });
        }
        disk.submit(
                new Object(),
                () -> {
                    List<Description> descriptions = new ArrayList<>();
                    for (LogDir dir : sizes.keySet()) {
                        for (TopicPartition tp : unknown.get(dir))
                            sizes.get(dir).put(tp, sizeOnDisk(dir.path().resolve(PartitionDirectory.name(tp))));
                        descriptions.add(new Description(dir, sizes.get(dir), dir.totalBytes(), dir.usableBytes()));
                    }
                    return descriptions;
                },
                completion);
    }

    private long sizeOnDisk(Path directory) throws IOException {
        if (!disk.exists(directory)) return 0;
        long size = 0;
        for (String name : disk.list(directory))
            if (LogFiles.offset(name, LogFiles.LOG).isPresent()) size += disk.size(directory.resolve(name));
        return size;
    }

    /**
     * Flushes and finishes all logs, writes the checkpoints, and leaves the mark of a clean stop in every directory
     * that deserves it. Nothing may be called afterwards.
     *
     * @param brokerEpoch for the mark; −1 if unknown
     * @param completion fails, with a sentence for people, if a directory got no mark because something could not be written
     */
    public void closeCleanly(long brokerEpoch, Completion<Void> completion) {
        closing = true;
        opening.stop();
        upkeep.stop();
        StopReport report = new StopReport();
        CleanStop stop = new CleanStop(context, open.values(), report, () -> {
            context.files().closeAll();
            context.validation().close();
            upkeep.writeCheckpoints(report, () -> markClean(brokerEpoch, report, completion));
        });
        opening.whenAllSettled(() -> stop.closeAll(dirs.iterator()));
    }

    private void markClean(long brokerEpoch, StopReport report, Completion<Void> completion) {
        for (LogDir dir : dirs) dir.failure().ifPresent(cause -> report.failed(dir, cause));
        Set<LogDir> unchecked = opening.unrecovered().stream().map(dirOf::get).collect(Collectors.toSet());
        List<LogDir> sound = dirs.stream()
                .filter(dir -> !report.names(dir) && !unchecked.contains(dir))
                .toList();
        disk.submit(
                this,
                () -> {
                    Map<LogDir, IOException> notMarked = new LinkedHashMap<>();
                    for (LogDir dir : dirs) {
                        try {
                            if (sound.contains(dir)) dir.writeCleanShutdown(brokerEpoch);
                        } catch (IOException e) {
                            notMarked.put(dir, e);
                        }
                        dir.close();
                    }
                    return notMarked;
                },
                (Outcome<Map<LogDir, IOException>> outcome) -> {
                    switch (outcome) {
                        case Outcome.Done<Map<LogDir, IOException>>(Map<LogDir, IOException> notMarked) -> {
                            notMarked.forEach(report::notMarked);
                            completion.complete(report.outcome());
                        }
                        case Outcome.Failed<Map<LogDir, IOException>>(IOException cause) ->
                            completion.complete(Outcome.failed(cause));
                    }
                });
    }

    Collection<Log> opened() {
        return open.values();
    }

    void opened(Log log) {
        open.put(log.topicPartition(), log);
        openListener.accept(log);
    }

    boolean isClosing() {
        return closing;
    }

    void fail(LogDir dir, IOException cause) {
        failed(dir, cause);
    }

    /** Where a new partition goes: the directory in use with the fewest. */
    Optional<LogDir> place(TopicPartition tp) {
        LogDir known = dirOf.get(tp);
        if (known != null) return Optional.of(known);
        Optional<LogDir> fewest = fewest(counts());
        fewest.ifPresent(dir -> put(tp, dir));
        return fewest;
    }

    /** @return where it was; null if it was nowhere */
    private LogDir put(TopicPartition tp, LogDir dir) {
        partitionsIn.merge(dir, 1, Integer::sum);
        return dirOf.put(tp, dir);
    }

    /** @return where it was; null if it was nowhere */
    private LogDir removeFromDir(TopicPartition tp) {
        LogDir dir = dirOf.remove(tp);
        if (dir != null) partitionsIn.merge(dir, -1, Integer::sum);
        return dir;
    }

    /** How many partitions each directory in use has. */
    private Map<LogDir, Integer> counts() {
        Map<LogDir, Integer> counts = new LinkedHashMap<>();
        for (LogDir dir : dirs) if (dir.failure().isEmpty()) counts.put(dir, partitionsIn.getOrDefault(dir, 0));
        return counts;
    }

    private static Optional<LogDir> fewest(Map<LogDir, Integer> counts) {
        return counts.entrySet().stream().min(Map.Entry.comparingByValue()).map(Map.Entry::getKey);
    }

    /** A partition that could not be created is not there. */
    void unplace(TopicPartition tp) {
        removeFromDir(tp);
    }
}
