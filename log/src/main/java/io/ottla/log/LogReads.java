package io.ottla.log;

import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.base.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads and lookups in a log: at once where the page cache has what is needed, else on a disk thread. On the loop. */
final class LogReads {
    private static final Logger logger = LoggerFactory.getLogger(LogReads.class);

    /** A search by time that holds no more of a batch runs beside others. */
    private static final int SMALL_BATCH_BYTES = 1 << 20;

    private final Log log;
    private final LogContext context;
    private final ReadHints hints = new ReadHints();
    private final IndexRepair repair;
    private long generation;
    private int moving;
    private long endAtLastRest = -1;
    private String lastSearchFailure = "";

    LogReads(Log log, LogContext context) {
        this.log = log;
        this.context = context;
        repair = new IndexRepair(log, context);
    }

    /** A reader on a disk thread found that the indexes of a segment are not those of its batches. */
    void misled(long baseOffset) {
        repair.begin(baseOffset);
    }

    ReadHints hints() {
        return hints;
    }

    /** Files that a disk thread may be reading have changed their names or contents: what it finds counts for nothing. */
    void filesChanged() {
        generation++;
        hints.clear();
    }

    /** A disk thread is giving files other names; what another one finds meanwhile counts for nothing. */
    void filesMoving(boolean now) {
        moving += now ? 1 : -1;
        filesChanged();
    }

    boolean filesMoving() {
        return moving > 0;
    }

    /** Gives up memory that only speed needs, unless something was appended since this was last asked. */
    void restIfIdle() throws IOException {
        boolean idle = log.endOffset() == endAtLastRest;
        endAtLastRest = log.endOffset();
        if (!idle) return;
        for (Segment segment : log.segments().values()) segment.rest();
        hints.clear();
    }

    /** What can be answered without looking at a segment. */
    private Optional<Read> trivial(long offset, long limit) {
        if (offset < log.startOffset() || offset > log.endOffset())
            return Optional.of(new Read.OffsetOutOfRange(log.startOffset(), log.endOffset()));
        if (offset >= Math.min(limit, log.endOffset())) return Optional.of(Read.Slice.empty(offset));
        return Optional.empty();
    }

    Read read(long offset, int maxBytes, long limit, boolean atLeastOneBatch) throws IOException {
        Optional<Read> trivial = trivial(offset, limit);
        if (trivial.isPresent()) return trivial.get();
        long first = first(offset);
        Iterator<Segment> segments =
                log.segments().tailMap(first, true).values().iterator();
        ReadPlan plan = new ReadPlan(
                () -> segments.hasNext() ? Optional.of(view(segments.next())) : Optional.empty(),
                offset,
                maxBytes,
                limit >= log.endOffset() ? Long.MAX_VALUE : limit,
                atLeastOneBatch,
                hints.find(offset, first));
        try {
            ReadPlan.Result result = plan.run(context.files().scratch(), false);
            result.next().ifPresent(hints::add);
            result.misledBy().forEach(repair::begin);
            return result.slice();
        } catch (ColdRead e) {
            return new Read.Cold();
        } catch (DamagedLog e) {
            return damaged(e);
        } catch (IOException e) {
            throw log.failed(e);
        }
    }

    private SegmentReader.View view(Segment segment) throws IOException {
        return segment.view(log.endOf(segment));
    }

    private long first(long offset) {
        Long floor = log.segments().floorKey(offset);
        return floor == null ? log.segments().firstKey() : floor;
    }

    private Read damaged(DamagedLog e) {
        logger.error("{}: {}", log.topicPartition(), e.getMessage());
        return new Read.Damaged(e.getMessage());
    }

    void readCold(long offset, int maxBytes, long limit, boolean atLeastOneBatch, Completion<Read> completion) {
        Disk disk = context.disk();
        Optional<Read> trivial = trivial(offset, limit);
        if (trivial.isPresent()) {
            disk.submit(new Object(), trivial::get, completion);
            return;
        }
        List<SegmentFiles> files;
        try {
            files = files(log.segments().tailMap(first(offset), true));
        } catch (IOException e) {
            refuse(log.failed(e), completion);
            return;
        }
        long limitNow = limit >= log.endOffset() ? Long.MAX_VALUE : limit;
        long generationNow = generation;
        disk.submit(new Object(), () -> readOn(disk, files, offset, maxBytes, limitNow, atLeastOneBatch), outcome -> {
            if (isStill(generationNow)) {
                if (outcome instanceof Outcome.Done<OnDisk>(OnDisk found))
                    found.misledBy().forEach(repair::begin);
                completion.complete(checked(read(outcome)));
            } else {
                if (read(outcome) instanceof Outcome.Done<Read>(Read.Slice slice)) slice.release();
                if (log.isOpen()) readCold(offset, maxBytes, limit, atLeastOneBatch, completion);
                else completion.complete(Outcome.failed(new IOException(log + " is closed")));
            }
        });
    }

    /** Whether the log is in use, and its files were the same all the time while a disk thread read them. */
    private boolean isStill(long before) {
        return log.isOpen() && generation == before && moving == 0;
    }

    private <T> Outcome<T> checked(Outcome<T> outcome) {
        if (outcome instanceof Outcome.Failed<T>(IOException cause)
                && !(cause instanceof DamagedLog || cause instanceof BatchTooLarge)) log.failed(cause);
        return outcome;
    }

    /** @param misledBy as {@link ReadPlan.Result} has it */
    private record OnDisk(Read read, List<Long> misledBy) {}

    private static Outcome<Read> read(Outcome<OnDisk> outcome) {
        return switch (outcome) {
            case Outcome.Done<OnDisk>(OnDisk found) -> Outcome.done(found.read());
            case Outcome.Failed<OnDisk>(IOException cause) -> Outcome.failed(cause);
        };
    }

    private OnDisk readOn(
            Disk disk, List<SegmentFiles> files, long offset, int maxBytes, long limit, boolean atLeastOneBatch)
            throws IOException {
        List<DiskFile> held = new ArrayList<>();
        Iterator<SegmentFiles> segments = files.iterator();
        ReadPlan plan = new ReadPlan(
                () -> segments.hasNext() ? Optional.of(segments.next().open(disk, held)) : Optional.empty(),
                offset,
                maxBytes,
                limit,
                atLeastOneBatch,
                Optional.empty());
        try {
            ReadPlan.Result result = plan.run(ByteBuffer.allocate(OpenFiles.SCRATCH_BYTES), true);
            return new OnDisk(result.slice(), result.misledBy());
        } catch (DamagedLog e) {
            return new OnDisk(damaged(e), List.of());
        } finally {
            held.forEach(DiskFile::release);
        }
    }

    private List<SegmentFiles> files(NavigableMap<Long, Segment> segments) throws IOException {
        List<SegmentFiles> files = new ArrayList<>(segments.size());
        for (Segment segment : segments.values()) files.add(segment.forDiskThread(log.endOf(segment)));
        return files;
    }

    private <T> void refuse(IOException cause, Completion<T> completion) {
        context.disk()
                .submit(
                        new Object(),
                        () -> {
                            throw cause;
                        },
                        completion);
    }

    void offsetForTime(long timestamp, Completion<OffsetLookup.Answer> completion) {
        Disk disk = context.disk();
        OffsetLookup.Answer known;
        if (timestamp == OffsetLookup.LATEST) {
            known = new OffsetLookup.Answer(-1, log.endOffset(), log.latestEpoch());
        } else if (timestamp == OffsetLookup.EARLIEST || timestamp == OffsetLookup.EARLIEST_LOCAL) {
            known = new OffsetLookup.Answer(-1, log.startOffset(), log.epochAt(log.startOffset()));
        } else if (timestamp < 0 && timestamp != OffsetLookup.MAX_TIMESTAMP) {
            known = OffsetLookup.Answer.NONE;
        } else {
            findOnDisk(timestamp, completion);
            return;
        }
        disk.submit(new Object(), () -> known, completion);
    }

    private void findOnDisk(long timestamp, Completion<OffsetLookup.Answer> completion) {
        findOnDisk(timestamp, new Object(), Math.min(SMALL_BATCH_BYTES, batchHeldBytesMax()), completion);
    }

    /** Searches that hold little run side by side, those that need more one after another. */
    private void findOnDisk(long timestamp, Object key, int heldBytesMax, Completion<OffsetLookup.Answer> completion) {
        List<SegmentFiles> files;
        try {
            files = files(log.segments().tailMap(first(log.startOffset()), true));
        } catch (IOException e) {
            refuse(log.failed(e), completion);
            return;
        }
        OffsetLookup lookup = new OffsetLookup(context.disk(), files, log.startOffset(), heldBytesMax);
        long generationNow = generation;
        context.disk().submit(key, () -> lookup.find(timestamp), outcome -> {
            if (!log.isOpen()) {
                completion.complete(Outcome.failed(new IOException(log + " is closed")));
            } else if (!isStill(generationNow)) {
                findOnDisk(timestamp, completion);
            } else if (outcome instanceof Outcome.Failed<OffsetLookup.Answer>(BatchTooLarge tooLarge)
                    && heldBytesMax < batchHeldBytesMax()) {
                findOnDisk(timestamp, context.largeSearches(), batchHeldBytesMax(), completion);
            } else {
                lookup.learned().forEach(log.ages()::know);
                lookup.misledBy().forEach(repair::begin);
                if (outcome instanceof Outcome.Failed<OffsetLookup.Answer>(IOException cause)) tellOnce(cause);
                completion.complete(checked(outcome));
            }
        });
    }

    /** Clients ask again and again. */
    private void tellOnce(IOException cause) {
        String failure = cause.getMessage();
        if (failure == null || failure.equals(lastSearchFailure)) return;
        lastSearchFailure = failure;
        logger.warn("{}: no offset is found by time: {}", log.topicPartition(), failure);
    }

    private int batchHeldBytesMax() {
        return context.settings().batchHeldBytesMax();
    }

    void segmentTimes(Completion<List<Log.SegmentTime>> completion) {
        Disk disk = context.disk();
        List<Long> baseOffsets = List.copyOf(log.segments().keySet());
        Path directory = log.directory();
        disk.submit(
                new Object(),
                () -> {
                    List<Log.SegmentTime> times = new ArrayList<>(baseOffsets.size());
                    for (long baseOffset : baseOffsets) {
                        Path file = LogFiles.path(directory, baseOffset, LogFiles.LOG);
                        // retention may have been quicker
                        if (disk.exists(file)) times.add(new Log.SegmentTime(baseOffset, disk.lastModifiedMs(file)));
                    }
                    return times;
                },
                completion);
    }

    /** Of each segment, from the one with {@code from} on, until one says that nothing before {@code to} is missing. */
    List<AbortedTxn> abortedTransactions(long from, long to) throws IOException {
        List<AbortedTxn> found = new ArrayList<>();
        for (Segment segment : log.segments().tailMap(first(from), true).values()) {
            for (AbortedTxn txn : segment.transactionIndex().entries()) {
                if (txn.lastOffset() >= from && txn.firstOffset() < to) found.add(txn);
                if (txn.lastStableOffset() >= to) return found;
            }
        }
        return found;
    }
}
