package io.ottla.broker;

import io.ottla.base.Outcome;
import io.ottla.base.TopicPartition;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.ListOffsetsRequestData;
import io.ottla.kafkamessages.ListOffsetsRequestData.ListOffsetsPartition;
import io.ottla.kafkamessages.ListOffsetsRequestData.ListOffsetsTopic;
import io.ottla.kafkamessages.ListOffsetsResponseData;
import io.ottla.kafkamessages.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import io.ottla.kafkamessages.ListOffsetsResponseData.ListOffsetsTopicResponse;
import io.ottla.log.BatchTooLarge;
import io.ottla.log.DamagedLog;
import io.ottla.log.Log;
import io.ottla.log.OffsetLookup;
import io.ottla.partition.Replica;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.Errors;

/**
 * ListOffsets 0–11: an offset of a partition by time, or its first or last.
 *
 * <ul>
 *   <li>0: several offsets of a partition at once, as clients before 0.10.1 want them; 1: one, with its timestamp
 *   <li>2: isolation level, throttle time; 4: leader epochs (KIP-320); 5: OFFSET_NOT_AVAILABLE (KIP-207)
 *   <li>7: the record with the largest timestamp (−3, KIP-734)
 *   <li>8, 9, 11: the first offset on local disk (−4), the last in tiered storage (−5), the first that is yet to go
 *       there (−6). There is no tiered storage, so the last two are not known (−1)
 *   <li>10: a timeout, for tiered storage only
 * </ul>
 */
public final class ListOffsetsHandler implements RequestHandler<ListOffsetsRequestData, ListOffsetsResponseData> {
    private static final List<Need> NEEDS = List.of(Need.onEach(AclOperation.DESCRIBE, Guarded.TOPIC));

    private static final int CONSUMER = -1;
    private static final byte READ_COMMITTED = 1;
    private static final short FIRST_WITH_ONE_OFFSET = 1;
    private static final short FIRST_WITH_OFFSET_NOT_AVAILABLE = 5;
    private static final long EARLIEST_PENDING_UPLOAD = -6;

    /** A special timestamp, and the version that it came with. */
    private static final Map<Long, Integer> SINCE = Map.of(
            OffsetLookup.LATEST,
            0,
            OffsetLookup.EARLIEST,
            0,
            OffsetLookup.MAX_TIMESTAMP,
            7,
            OffsetLookup.EARLIEST_LOCAL,
            8,
            OffsetLookup.LATEST_TIERED,
            9,
            EARLIEST_PENDING_UPLOAD,
            11);

    private final Routes routes;

    public ListOffsetsHandler(Routes routes) {
        this.routes = routes;
    }

    @Override
    public ApiMessageType api() {
        return ApiMessageType.LIST_OFFSETS;
    }

    @Override
    public List<Need> needs(ListOffsetsRequestData body) {
        return NEEDS;
    }

    @Override
    public void handle(Request<ListOffsetsRequestData> request, Reply<ListOffsetsResponseData> reply) {
        ListOffsetsRequestData body = request.body();
        ListOffsetsResponseData response = new ListOffsetsResponseData().setTopics(new ArrayList<>());
        Outstanding outstanding = new Outstanding(() -> reply.send(response));
        Set<TopicPartition> twice = request.version() < FIRST_WITH_ONE_OFFSET ? Set.of() : namedTwice(body);
        for (ListOffsetsTopic topic : body.topics()) {
            List<ListOffsetsPartitionResponse> answers = new ArrayList<>();
            response.topics()
                    .add(new ListOffsetsTopicResponse().setName(topic.name()).setPartitions(answers));
            for (ListOffsetsPartition partition : topic.partitions()) {
                var answer = new ListOffsetsPartitionResponse().setPartitionIndex(partition.partitionIndex());
                answers.add(answer);
                if (twice.contains(new TopicPartition(topic.name(), partition.partitionIndex())))
                    answer.setErrorCode(Errors.INVALID_REQUEST.code());
                else if (!isServed(partition.timestamp(), request.version()))
                    answer.setErrorCode(Errors.UNSUPPORTED_VERSION.code());
                else find(request, topic.name(), partition, answer, outstanding);
            }
        }
        outstanding.allBegun();
    }

    private static Set<TopicPartition> namedTwice(ListOffsetsRequestData body) {
        Set<TopicPartition> seen = new HashSet<>();
        Set<TopicPartition> twice = new HashSet<>();
        for (ListOffsetsTopic topic : body.topics()) {
            for (ListOffsetsPartition partition : topic.partitions()) {
                TopicPartition named = new TopicPartition(topic.name(), partition.partitionIndex());
                if (!seen.add(named)) twice.add(named);
            }
        }
        return twice;
    }

    private static boolean isServed(long timestamp, short version) {
        // before there were special times, all but two were times before any record
        return timestamp >= 0
                || version < FIRST_WITH_ONE_OFFSET
                || version >= SINCE.getOrDefault(timestamp, Integer.MAX_VALUE);
    }

    private void find(
            Request<ListOffsetsRequestData> request,
            String topic,
            ListOffsetsPartition asked,
            ListOffsetsPartitionResponse answer,
            Outstanding outstanding) {
        switch (routes.find(topic, asked.partitionIndex())) {
            case Route.Unknown(Errors error) -> answer.setErrorCode(error.code());
            case Route.Elsewhere(int leaderId, int leaderEpoch) ->
                answer.setErrorCode(Errors.NOT_LEADER_OR_FOLLOWER.code());
            case Route.Here(Replica replica) -> {
                outstanding.begin();
                boolean waits = replica.whenOpen(() -> {
                    Errors error = replica.check(asked.currentLeaderEpoch());
                    if (error == Errors.NONE) {
                        new Lookup(request, asked, replica, answer, outstanding).run();
                    } else {
                        answer.setErrorCode(error.code());
                        outstanding.end();
                    }
                });
                if (waits) return;
                answer.setErrorCode(Errors.LEADER_NOT_AVAILABLE.code());
                outstanding.end();
            }
        }
    }

    /** One partition of a request. */
    private record Lookup(
            Request<ListOffsetsRequestData> request,
            ListOffsetsPartition asked,
            Replica replica,
            ListOffsetsPartitionResponse answer,
            Outstanding outstanding) {

        private boolean isFromClient() {
            return request.body().replicaId() == CONSUMER;
        }

        /** What the one who asks may know of. */
        private long lastFetchable() {
            if (!isFromClient()) return replica.reader().endOffset();
            return request.body().isolationLevel() == READ_COMMITTED
                    ? replica.partition().lastStableOffset()
                    : replica.partition().highWatermark();
        }

        /** A new leader does not know yet what its predecessor had told. */
        private boolean isUnsettled() {
            return isFromClient() && !replica.partition().isHighWatermarkSettled();
        }

        void run() {
            long timestamp = asked.timestamp();
            if (request.version() < FIRST_WITH_ONE_OFFSET) {
                several();
            } else if (timestamp == OffsetLookup.LATEST) {
                if (isUnsettled()) notAvailable();
                else done(-1, lastFetchable(), replica.partition().leaderEpoch());
            } else if (timestamp == OffsetLookup.EARLIEST || timestamp == OffsetLookup.EARLIEST_LOCAL) {
                done(
                        -1,
                        replica.reader().startOffset(),
                        replica.reader().epochAt(replica.reader().startOffset()));
            } else if (timestamp == OffsetLookup.LATEST_TIERED || timestamp == EARLIEST_PENDING_UPLOAD) {
                done(-1, -1, -1);
            } else {
                replica.reader().offsetForTime(timestamp, this::found);
            }
        }

        private void found(Outcome<OffsetLookup.Answer> outcome) {
            Errors error = replica.check(asked.currentLeaderEpoch());
            switch (outcome) {
                case Outcome.Done<OffsetLookup.Answer>(OffsetLookup.Answer at) when error == Errors.NONE -> found(at);
                case Outcome.Failed<OffsetLookup.Answer>(IOException cause)
                when error == Errors.NONE -> failed(errorOf(cause));
                default -> failed(error);
            }
        }

        /** What one batch is keeps nobody from the others, so the log directory has not failed with it. */
        private static Errors errorOf(IOException cause) {
            return switch (cause) {
                case DamagedLog damaged -> Errors.CORRUPT_MESSAGE;
                case BatchTooLarge tooLarge -> Errors.MESSAGE_TOO_LARGE;
                default -> Errors.KAFKA_STORAGE_ERROR;
            };
        }

        private void failed(Errors error) {
            answer.setErrorCode(error.code());
            outstanding.end();
        }

        private void found(OffsetLookup.Answer at) {
            boolean isVisible = at.offset() >= 0 && at.offset() < lastFetchable();
            if (isVisible) done(at.timestampMs(), at.offset(), at.leaderEpoch());
            else if (isUnsettled()) notAvailable();
            else done(-1, -1, -1);
        }

        private void done(long timestampMs, long offset, int leaderEpoch) {
            answer.setTimestamp(timestampMs).setOffset(offset);
            if (request.version() >= 4) answer.setLeaderEpoch(leaderEpoch);
            outstanding.end();
        }

        private void notAvailable() {
            Errors error = request.version() >= FIRST_WITH_OFFSET_NOT_AVAILABLE
                    ? Errors.OFFSET_NOT_AVAILABLE
                    : Errors.LEADER_NOT_AVAILABLE;
            answer.setErrorCode(error.code());
            outstanding.end();
        }

        /** Version 0: where segments begin that were written by that time, the newest first; and where the log ends. */
        private void several() {
            replica.reader().segmentTimes(segments -> {
                Errors error = replica.check(asked.currentLeaderEpoch());
                if (error == Errors.NONE) answer.setOldStyleOffsets(offsets(segments));
                else answer.setErrorCode(error.code());
                outstanding.end();
            });
        }

        /**
         * The end counts as the beginning of what is yet to come, at the time of the question. From the newest that is not
         * younger than asked for, all older ones count, whatever the times of their files. Source: UnifiedLog.legacyFetchOffsetsBefore
         * and Partition.legacyFetchOffsetsForTimestamp of Kafka 3.9, where an offset may come twice while segments before the log start
         * wait to be deleted.
         */
        private List<Long> offsets(List<Log.SegmentTime> segments) {
            if (asked.timestamp() == OffsetLookup.EARLIEST)
                return atMost(List.of(replica.reader().startOffset()));
            boolean isFound = asked.timestamp() == OffsetLookup.LATEST || request.receivedMs() <= asked.timestamp();
            List<Long> newestFirst = new ArrayList<>();
            if (isFound) newestFirst.add(replica.reader().endOffset());
            for (Log.SegmentTime segment : segments.reversed()) {
                isFound |= segment.lastModifiedMs() <= asked.timestamp();
                long offset = Math.max(segment.baseOffset(), replica.reader().startOffset());
                boolean isNew = newestFirst.isEmpty() || newestFirst.getLast() > offset;
                if (isFound && isNew) newestFirst.add(offset);
            }
            return visible(atMost(newestFirst));
        }

        /** What the one who asks may not know of yet is told as the last that it may. */
        private List<Long> visible(List<Long> newestFirst) {
            long end = lastFetchable();
            if (newestFirst.isEmpty() || newestFirst.getFirst() <= end) return newestFirst;
            List<Long> visible = new ArrayList<>(List.of(end));
            for (long offset : newestFirst) if (offset <= end) visible.add(offset);
            return visible;
        }

        private List<Long> atMost(List<Long> offsets) {
            return offsets.subList(0, Math.clamp(asked.maxNumOffsets(), 0, offsets.size()));
        }
    }
}
