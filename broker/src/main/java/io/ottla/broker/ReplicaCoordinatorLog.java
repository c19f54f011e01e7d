package io.ottla.broker;

import io.ottla.base.Clock;
import io.ottla.base.TopicPartition;
import io.ottla.coordinator.CoordinatorLog;
import io.ottla.log.AppendOrigin;
import io.ottla.partition.AppendAnswer;
import io.ottla.partition.LoadAnswer;
import io.ottla.partition.Replicas;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.common.protocol.Errors;

/** The partitions of an internal topic as a coordinator writes and loads them: this node's replicas. */
public final class ReplicaCoordinatorLog implements CoordinatorLog {
    private static final short ALL_IN_SYNC_REPLICAS = -1;

    private final String topic;
    private final Replicas replicas;
    private final Clock clock;
    private final LongSupplier timeoutMs;

    /** @param timeoutMs after which an append that was not committed counts as lost sight of */
    public ReplicaCoordinatorLog(String topic, Replicas replicas, Clock clock, LongSupplier timeoutMs) {
        this.topic = topic;
        this.replicas = replicas;
        this.clock = clock;
        this.timeoutMs = timeoutMs;
    }

    @Override
    public void append(int partition, ByteBuffer batch, Consumer<Append> answer) {
        replicas.append(
                clock.nowMs(),
                new TopicPartition(topic, partition),
                batch,
                AppendOrigin.COORDINATOR,
                ALL_IN_SYNC_REPLICAS,
                timeoutMs.getAsLong(),
                // replicas may answer within the call
                appended -> clock.execute(() -> answer.accept(outcome(appended))));
    }

    static Append outcome(AppendAnswer answer) {
        return switch (answer) {
            case AppendAnswer.Appended appended -> new Append.Committed(appended.lastOffset());
            case AppendAnswer.Refused refused ->
                refused.isByLog() || isCertain(refused.error())
                        ? new Append.Refused(refused.error().code())
                        : new Append.Unknown(refused.error().code());
        };
    }

    /** These are found out before anything is written. */
    private static boolean isCertain(Errors error) {
        return switch (error) {
            case NOT_ENOUGH_REPLICAS,
                    MESSAGE_TOO_LARGE,
                    RECORD_LIST_TOO_LARGE,
                    INVALID_RECORD,
                    INVALID_TIMESTAMP,
                    CORRUPT_MESSAGE,
                    POLICY_VIOLATION -> true;
            default -> false;
        };
    }

    @Override
    public void load(int partition, Consumer<ByteBuffer> batches, Consumer<Load> answer) {
        replicas.load(new TopicPartition(topic, partition), batches, loaded -> answer.accept(outcome(loaded)));
    }

    private static Load outcome(LoadAnswer answer) {
        return switch (answer) {
            case LoadAnswer.Loaded(long endOffset) -> new Load.Loaded(endOffset);
            case LoadAnswer.Failed(Errors error) -> new Load.Failed(error.code());
        };
    }
}
