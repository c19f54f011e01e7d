package io.ottla.broker;

import io.ottla.kafkamessages.FetchResponseData.AbortedTransaction;
import io.ottla.kafkamessages.FetchResponseData.EpochEndOffset;
import io.ottla.kafkamessages.FetchResponseData.LeaderIdAndEpoch;
import io.ottla.kafkamessages.FetchResponseData.PartitionData;
import io.ottla.kafkaprotocol.Codec;
import io.ottla.kafkaprotocol.FileRecords;
import io.ottla.log.AbortedTxn;
import io.ottla.log.EpochEnd;
import io.ottla.log.Read;
import io.ottla.partition.Partition;
import io.ottla.partition.Replica;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;

/** Looks at single partitions for a fetch, and reads them. */
final class FetchReader {
    private static final short FIRST_WITH_STORAGE_ERROR = 6;
    private static final short FIRST_WITH_LEADER = 12;
    private static final short FIRST_WITH_ZSTD = 10;

    private final Routes routes;

    FetchReader(Routes routes) {
        this.routes = routes;
    }

    /** What a look at a partition comes to. */
    enum Look {
        /** Its log is not open yet; the watcher tells when it is. */
        OPENING,
        /** Nothing that the client does not know. */
        NOTHING,
        /** Records ({@link FetchedPartition#availableBytes}), or offsets that have moved. */
        SOMETHING,
        /** An error, which is told without waiting for more. */
        URGENT
    }

    private Route route(FetchedPartition.Key key) {
        return key.topic().isEmpty()
                ? routes.find(key.topicId(), key.partition())
                : routes.find(key.topic(), key.partition());
    }

    /** Looks without reading, as far as that goes, and arms the watcher for the next change. */
    Look look(FetchedPartition partition, FetchTerms terms) {
        partition.availableBytes = 0;
        if (!(route(partition.key()) instanceof Route.Here(Replica replica))) return Look.URGENT;
        replica.arm(partition);
        if (replica.check(partition.leaderEpoch) != Errors.NONE) return Look.URGENT;
        if (!replica.isOpen()) return Look.OPENING;
        if (check(replica, partition, terms) != Errors.NONE) return Look.URGENT;
        if (divergingEpoch(replica, partition, terms).isPresent()) return Look.URGENT;
        if (partition.fetchOffset < visibleEnd(replica, terms)) {
            partition.availableBytes = available(replica, partition, terms);
            return Look.SOMETHING;
        }
        partition.measuredBytes = FetchedPartition.NOT_MEASURED;
        boolean isKnown = replica.partition().highWatermark() == partition.toldHighWatermark
                && replica.reader().startOffset() == partition.toldLogStartOffset;
        return isKnown ? Look.NOTHING : Look.SOMETHING;
    }

    /**
     * About how many bytes a read would give. Measured once; after that what is appended is added, so that a fetch which
     * waits for many bytes does not read at every append.
     */
    private static long available(Replica replica, FetchedPartition partition, FetchTerms terms) {
        if (terms.minBytes() <= 1) return 1;
        if (partition.measuredBytes == FetchedPartition.NOT_MEASURED) {
            partition.measuredAtBytes = replica.appendedBytes();
            partition.measuredBytes = switch (replica.reader()
                    .read(
                            partition.fetchOffset,
                            Math.clamp(partition.maxBytes, 0, terms.maxBytes()),
                            visibleEnd(replica, terms),
                            true)) {
                case Read.Slice slice -> {
                    slice.release();
                    yield slice.sizeBytes();
                }
                // old data: there is no lack of it
                case Read.Cold() -> partition.maxBytes;
                case Read.OffsetOutOfRange(var start, var end) -> 1;
                case Read.Damaged(var where) -> 1;
            };
        }
        long grown = partition.measuredBytes + replica.appendedBytes() - partition.measuredAtBytes;
        return Math.max(1, Math.min(partition.maxBytes, grown));
    }

    private static long visibleEnd(Replica replica, FetchTerms terms) {
        return terms.committedOnly()
                ? replica.partition().lastStableOffset()
                : replica.partition().highWatermark();
    }

    private static boolean isZstd(Replica replica) {
        return replica.config()
                .batches()
                .compression()
                .filter(made -> made.codec() == Codec.ZSTD)
                .isPresent();
    }

    private static Errors check(Replica replica, FetchedPartition partition, FetchTerms terms) {
        boolean isOther = partition.key().topic().isEmpty()
                && !replica.topicId().equals(partition.key().topicId());
        if (isOther) return Errors.INCONSISTENT_TOPIC_ID;
        Errors error = terms.replicaId() >= 0
                ? replica.checkFollower(terms.replicaId(), partition.leaderEpoch)
                : replica.check(partition.leaderEpoch);
        if (error != Errors.NONE) return error;
        // since it was looked at, the topic was deleted and made again under its name: the client looks for it anew
        if (!replica.isOpen()) return Errors.NOT_LEADER_OR_FOLLOWER;
        if (terms.version() < FIRST_WITH_ZSTD && isZstd(replica)) return Errors.UNSUPPORTED_COMPRESSION_TYPE;
        // clients that fetched in an older epoch may be beyond our end; they are told where they parted
        boolean inRange = partition.fetchOffset >= replica.reader().startOffset()
                && (partition.fetchOffset <= replica.reader().endOffset() || knowsItsEpoch(partition, terms));
        return inRange ? Errors.NONE : Errors.OFFSET_OUT_OF_RANGE;
    }

    /** A session keeps what was told in a later version; one that asks in an earlier one cannot be told where it parted. */
    private static boolean knowsItsEpoch(FetchedPartition partition, FetchTerms terms) {
        return partition.lastFetchedEpoch >= 0 && terms.version() >= FIRST_WITH_LEADER;
    }

    /** Where the log of one that fetched in an older epoch parted from ours (KIP-595); empty if it did not. */
    private static Optional<EpochEnd> divergingEpoch(Replica replica, FetchedPartition partition, FetchTerms terms) {
        if (!knowsItsEpoch(partition, terms)) return Optional.empty();
        EpochEnd end = replica.reader().epochEnd(partition.lastFetchedEpoch);
        boolean diverges = end.epoch() < partition.lastFetchedEpoch || end.endOffset() < partition.fetchOffset;
        return diverges ? Optional.of(end) : Optional.empty();
    }

    /** What a read comes to. */
    sealed interface Got {
        record Data(PartitionData data) implements Got {}

        /** The records have to come from the device; the rest of {@code data} is there. */
        record Cold(PartitionData data, Replica replica, long offset, int maxBytes, long limit, boolean atLeastOne)
                implements Got {}
    }

    /**
     * @param leftBytes what the response may still take
     * @param isFirst nothing has been read for the response yet: then one batch is given, however large
     */
    Got read(FetchedPartition partition, FetchTerms terms, int leftBytes, boolean isFirst) {
        Route route = route(partition.key());
        return switch (route) {
            // as Kafka: a list where the topic is not known at all, none where its log refuses
            case Route.Unknown(Errors error) ->
                new Got.Data(failed(partition, error, terms).setAbortedTransactions(List.of()));
            case Route.Elsewhere(int leaderId, int leaderEpoch) -> {
                PartitionData data = failed(partition, Errors.NOT_LEADER_OR_FOLLOWER, terms);
                hint(data, leaderId, leaderEpoch, terms);
                yield new Got.Data(data);
            }
            case Route.Here(Replica replica) -> read(replica, partition, terms, leftBytes, isFirst);
        };
    }

    private Got read(Replica replica, FetchedPartition partition, FetchTerms terms, int leftBytes, boolean isFirst) {
        Errors error = check(replica, partition, terms);
        if (error != Errors.NONE) {
            PartitionData data = failed(partition, error, terms);
            if (error == Errors.NOT_LEADER_OR_FOLLOWER || error == Errors.FENCED_LEADER_EPOCH) {
                Route.Elsewhere leader = routes.leader(replica.topicPartition());
                hint(data, leader.leaderId(), leader.leaderEpoch(), terms);
            }
            return new Got.Data(data);
        }
        PartitionData data = new PartitionData()
                .setPartitionIndex(partition.key().partition())
                .setHighWatermark(replica.partition().highWatermark())
                .setLastStableOffset(replica.partition().lastStableOffset())
                .setLogStartOffset(replica.reader().startOffset())
                .setAbortedTransactions(terms.committedOnly() ? List.of() : null)
                .setRecords(FileRecords.EMPTY);
        var diverging = divergingEpoch(replica, partition, terms);
        if (diverging.isPresent()) {
            EpochEnd end = diverging.get();
            if (end.endOffset() < 0) return new Got.Data(failed(partition, Errors.OFFSET_OUT_OF_RANGE, terms));
            return new Got.Data(data.setDivergingEpoch(
                    new EpochEndOffset().setEpoch(end.epoch()).setEndOffset(end.endOffset())));
        }
        if (partition.fetchOffset > replica.reader().endOffset())
            return new Got.Data(failed(partition, Errors.OFFSET_OUT_OF_RANGE, terms));
        long limit = visibleEnd(replica, terms);
        int maxBytes = Math.clamp(partition.maxBytes, 0, leftBytes);
        if (partition.fetchOffset >= limit || (maxBytes == 0 && !isFirst)) return new Got.Data(data);
        return switch (replica.reader().read(partition.fetchOffset, maxBytes, limit, isFirst)) {
            case Read.Slice slice
            when slice.cached() -> {
                fill(data, replica, partition.fetchOffset, slice, terms);
                yield new Got.Data(data);
            }
            case Read.Slice slice -> {
                slice.release();
                yield new Got.Cold(data, replica, partition.fetchOffset, maxBytes, limit, isFirst);
            }
            case Read.Cold() -> new Got.Cold(data, replica, partition.fetchOffset, maxBytes, limit, isFirst);
            case Read.OffsetOutOfRange(var start, var end) ->
                new Got.Data(failed(partition, Errors.OFFSET_OUT_OF_RANGE, terms));
            case Read.Damaged(var where) -> new Got.Data(failed(partition, Errors.CORRUPT_MESSAGE, terms));
        };
    }

    /** Finishes what was {@link Got.Cold}: the records go into its data. Not within this call. */
    void readCold(Got.Cold cold, FetchTerms terms, Runnable then) {
        PartitionData data = cold.data();
        cold.replica().reader().readCold(cold.offset(), cold.maxBytes(), cold.limit(), cold.atLeastOne(), read -> {
            // the partition may have gone to another leader, or its topic away, while a disk thread read
            Errors error = cold.replica().check(Partition.NO_EPOCH);
            switch (read) {
                case Read.Slice slice
                when error != Errors.NONE -> {
                    slice.release();
                    fail(data, error, terms);
                }
                case Read.Slice slice -> fill(data, cold.replica(), cold.offset(), slice, terms);
                case Read.OffsetOutOfRange(var start, var end) -> fail(data, Errors.OFFSET_OUT_OF_RANGE, terms);
                case Read.Damaged(var where) -> fail(data, Errors.CORRUPT_MESSAGE, terms);
                case Read.Cold() -> fail(data, error == Errors.NONE ? Errors.KAFKA_STORAGE_ERROR : error, terms);
            }
            then.run();
        });
    }

    private static void fill(PartitionData data, Replica replica, long offset, Read.Slice slice, FetchTerms terms) {
        if (terms.committedOnly() && !slice.isEmpty()) {
            List<AbortedTransaction> aborted = new ArrayList<>();
            try {
                for (AbortedTxn transaction : replica.reader().abortedTransactions(offset, slice.nextOffset())) {
                    aborted.add(new AbortedTransaction()
                            .setProducerId(transaction.producerId())
                            .setFirstOffset(transaction.firstOffset()));
                }
            } catch (IOException e) {
                slice.release();
                fail(data, Errors.KAFKA_STORAGE_ERROR, terms);
                return;
            }
            data.setAbortedTransactions(aborted);
        }
        data.setRecords(new FileRecords(slice.parts()));
    }

    private static PartitionData failed(FetchedPartition partition, Errors error, FetchTerms terms) {
        PartitionData data =
                new PartitionData().setPartitionIndex(partition.key().partition());
        fail(data, error, terms);
        return data;
    }

    private static void fail(PartitionData data, Errors error, FetchTerms terms) {
        // clients of old do not know the error, and look for the leader if they are told so
        boolean isUnknown = error == Errors.KAFKA_STORAGE_ERROR && terms.version() < FIRST_WITH_STORAGE_ERROR;
        data.setErrorCode((isUnknown ? Errors.NOT_LEADER_OR_FOLLOWER : error).code())
                .setHighWatermark(-1)
                .setLastStableOffset(-1)
                .setLogStartOffset(-1)
                .setAbortedTransactions(null)
                .setRecords(FileRecords.EMPTY);
    }

    private static void hint(PartitionData data, int leaderId, int leaderEpoch, FetchTerms terms) {
        if (terms.version() < FIRST_WITH_LEADER) return;
        data.setCurrentLeader(new LeaderIdAndEpoch().setLeaderId(leaderId).setLeaderEpoch(leaderEpoch));
    }
}
