package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.coordinator.CoordinatorLog;
import io.ottla.partition.AppendAnswer;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** What a coordinator is told of an append: that it was not made is said only where that is certain. */
class ReplicaCoordinatorLogTest {

    @Test
    void aFullDiskRefusesAndALostOneLosesSight() {
        short storage = Errors.KAFKA_STORAGE_ERROR.code();
        AppendAnswer full = new AppendAnswer.Refused(Errors.KAFKA_STORAGE_ERROR, "no space left", List.of(), 0);
        assertThat(ReplicaCoordinatorLog.outcome(full)).isEqualTo(new CoordinatorLog.Append.Refused(storage));
        AppendAnswer lost = AppendAnswer.Refused.because(Errors.KAFKA_STORAGE_ERROR);
        assertThat(ReplicaCoordinatorLog.outcome(lost)).isEqualTo(new CoordinatorLog.Append.Unknown(storage));
    }

    @Test
    void whatTimedOutMayBeThere() {
        for (Errors error : List.of(
                Errors.REQUEST_TIMED_OUT, Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND, Errors.NOT_LEADER_OR_FOLLOWER))
            assertThat(ReplicaCoordinatorLog.outcome(AppendAnswer.Refused.because(error)))
                    .isEqualTo(new CoordinatorLog.Append.Unknown(error.code()));
        assertThat(ReplicaCoordinatorLog.outcome(AppendAnswer.Refused.because(Errors.NOT_ENOUGH_REPLICAS)))
                .isEqualTo(new CoordinatorLog.Append.Refused(Errors.NOT_ENOUGH_REPLICAS.code()));
    }
}
