package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.base.Outcome;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How old the segments of a log are that nobody has read yet: a disk thread looks, so that the loop does not wait for that. A time index that was found to be
 * wrong is built anew. On the loop.
 */
final class SegmentAges {
    private static final Logger logger = LoggerFactory.getLogger(SegmentAges.class);

    private final Log log;
    private final LogContext context;
    private boolean underWay;

    SegmentAges(Log log, LogContext context) {
        this.log = log;
        this.context = context;
    }

    /** Whether the largest timestamp of each segment is known. */
    boolean areKnown() {
        for (Segment segment : log.segments().values()) if (!segment.knowsMaxTimestamp()) return false;
        return true;
    }

    /** Finds them out; then goes on, unless the log cannot be used any more, or somebody else asked before. */
    void learn(Runnable then) throws IOException {
        if (underWay) return;
        List<SegmentFiles> unknown = new ArrayList<>();
        for (Segment segment : log.segments().values())
            if (!segment.knowsMaxTimestamp()) unknown.add(segment.forDiskThread(log.endOf(segment)));
        underWay = true;
        Disk disk = context.disk();
        disk.submit(log.directory(), () -> look(disk, unknown), outcome -> {
            underWay = false;
            if (!log.isUsable()) return;
            switch (outcome) {
                case Outcome.Done<Map<Long, SegmentTimes.Latest>>(Map<Long, SegmentTimes.Latest> found) -> {
                    found.forEach(this::know);
                    then.run();
                }
                case Outcome.Failed<Map<Long, SegmentTimes.Latest>>(IOException cause) -> log.failed(cause);
            }
        });
    }

    private static Map<Long, SegmentTimes.Latest> look(Disk disk, List<SegmentFiles> segments) throws IOException {
        Map<Long, SegmentTimes.Latest> found = new TreeMap<>();
        for (SegmentFiles segment : segments) {
            List<DiskFile> held = new ArrayList<>();
            try {
                found.put(segment.baseOffset(), new SegmentTimes(segment.open(disk, held)).latest());
            } catch (NoSuchFileException gone) {
                logger.debug("{} is gone", segment);
            } finally {
                held.forEach(DiskFile::release);
            }
        }
        return found;
    }

    /** What a disk thread found about a segment that the log has still. */
    void know(long baseOffset, SegmentTimes.Latest latest) {
        Segment segment = log.segments().get(baseOffset);
        if (segment == null || segment.knowsMaxTimestamp()) return;
        segment.knowMaxTimestamp(latest.max());
        if (latest.isIndexWrong()) log.reads().misled(baseOffset);
    }
}
