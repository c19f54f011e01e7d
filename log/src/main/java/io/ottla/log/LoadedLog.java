package io.ottla.log;

import io.ottla.base.TopicId;
import java.util.List;
import java.util.Optional;

/**
 * A log as it was found on disk, ready to be served. Made by {@link LogLoader} on a disk thread.
 *
 * @param topicId what {@code partition.metadata} says
 * @param segments never empty; the last is the active one
 * @param flushedOffset what is before it is synced
 * @param snapshots whether there are producer snapshots in the directory
 * @param recoveredBytes how much had to be read and checked
 * @param recovered whether the last stop was not clean for this log
 */
record LoadedLog(
        Optional<TopicId> topicId,
        List<Segment.Loaded> segments,
        long startOffset,
        long endOffset,
        long flushedOffset,
        ProducerStates producers,
        boolean snapshots,
        List<LeaderEpochs.Start> epochs,
        long recoveredBytes,
        boolean recovered) {}
