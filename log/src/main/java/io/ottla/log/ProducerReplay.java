package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.EndTxnMarker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The producers of a log that is being opened: from a snapshot, and from the batches after it. On a disk thread. Source:
 * UnifiedLog.rebuildProducerState of Kafka's storage.
 */
final class ProducerReplay {
    private static final Logger logger = LoggerFactory.getLogger(ProducerReplay.class);
    private static final int READ_BYTES = 1 << 20;

    private final Path directory;
    private final FoundSegments segments;
    private final SnapshotFiles snapshots;
    private final long nowMs;
    private final long expirationMs;
    private ProducerStates producers = new ProducerStates();

    ProducerReplay(Path directory, FoundSegments segments, SnapshotFiles snapshots, long nowMs, long expirationMs) {
        this.directory = directory;
        this.segments = segments;
        this.snapshots = snapshots;
        this.nowMs = nowMs;
        this.expirationMs = expirationMs;
    }

    ProducerStates producers() {
        return producers;
    }

    /** As all batches before an offset leave them. Snapshots after it are deleted. */
    void load(long offset) throws IOException {
        long from = snapshots
                .load(offset, entries -> producers = new ProducerStates(entries, nowMs, expirationMs))
                .orElse(segments.byBase().firstKey());
        replay(from, offset);
    }

    private void replay(long from, long to) throws IOException {
        if (from >= to) return;
        Long first = segments.byBase().floorKey(from);
        if (first == null) first = segments.byBase().firstKey();
        Collection<Segment.Loaded> some =
                segments.byBase().subMap(first, true, to, false).values();
        for (Segment.Loaded segment : some) {
            DiskFile file = segments.open(segment.baseOffset(), LogFiles.LOG, Disk.OpenMode.READ);
            try {
                long size = segment.sizeBytes();
                BatchScan scan = new BatchScan(file, 0, size, segments.buffer(READ_BYTES, size), true, true);
                while (scan.next() == BatchScan.Step.BATCH && scan.batch().baseOffset() < to)
                    if (scan.batch().baseOffset() >= from) add(scan.batch(), Optional.empty());
            } finally {
                file.release();
            }
        }
    }

    /** @param indexes get the transactions that the batch aborts; empty if they are in a file already */
    void add(BatchView batch, Optional<SegmentIndexes> indexes) {
        if (!batch.hasProducerId()) return;
        ProducerStates.Staged staged = producers.stage(AppendOrigin.REPLICATION);
        try {
            if (!batch.isControl()) {
                staged.data(batch, batch.baseOffset(), batch.lastOffset());
            } else {
                Optional<EndTxnMarker> marker = Markers.of(batch);
                if (marker.isPresent()) staged.marker(batch, marker.get(), batch.baseOffset());
            }
        } catch (ProducerStates.Refused e) {
            logger.warn("{}: offset {}: {}", directory, batch.baseOffset(), e.getMessage());
        }
        indexes.ifPresent(into -> addAborted(staged, into));
        staged.commit();
    }

    private static void addAborted(ProducerStates.Staged staged, SegmentIndexes indexes) {
        for (ProducerStates.Ended ended : staged.ended())
            if (ended.aborted())
                indexes.add(new AbortedTxn(
                        ended.producerId(), ended.firstOffset(), ended.lastOffset(), staged.stableOffsetAfter(ended)));
    }

    /** The log has become empty. */
    void forgetAll() throws IOException {
        producers = new ProducerStates();
        snapshots.dropAfter(-1);
    }
}
