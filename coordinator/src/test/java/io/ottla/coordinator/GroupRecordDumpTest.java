package io.ottla.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class GroupRecordDumpTest {
    private static final TopicPartition PARTITION = new TopicPartition("t", 7);

    private static Optional<String> shown(CoordinatorRecord record) {
        return GroupRecordDump.describe(
                        ByteBuffer.wrap(record.keyBytes()), record.valueBytes().map(ByteBuffer::wrap))
                .map(Object::toString);
    }

    @Test
    void everyKindIsShownByItsFields() {
        assertThat(shown(GroupRecords.offset("g", PARTITION, new CommittedOffset(5, 3, "m", 9, -1, TopicId.ZERO, -1))))
                .hasValue("{group=g, topic=t, partition=7, committed=5, leaderEpoch=3, metadata=m, commitTimestamp=9}");
        assertThat(shown(GroupRecords.offsetTombstone("g", PARTITION)))
                .hasValue("{group=g, topic=t, partition=7, deleted=true}");
        GroupMetadata.Member member = new GroupMetadata.Member(
                "m1", Optional.of("i1"), "c", "/127.0.0.1", 300, 100, new byte[4], new byte[6]);
        GroupMetadata group = new GroupMetadata(
                Optional.of("consumer"),
                2,
                Optional.of("range"),
                Optional.of("m1"),
                OptionalLong.of(8),
                List.of(member));
        assertThat(shown(GroupRecords.group("g", group)))
                .hasValue("{group=g, protocolType=consumer, generation=2, protocol=range, leader=m1, stateTimestamp=8,"
                        + " members=[{member=m1, instance=i1, clientId=c, clientHost=/127.0.0.1, sessionTimeout=100,"
                        + " rebalanceTimeout=300, subscriptionBytes=4, assignmentBytes=6}]}");
        assertThat(shown(GroupRecords.groupTombstone("g"))).hasValue("{group=g, deleted=true}");
    }

    @Test
    void whatIsNoSuchRecordIsLeftToTheCaller() {
        assertThat(GroupRecordDump.describe(ByteBuffer.wrap(new byte[] {1}), Optional.empty()))
                .isEmpty();
        assertThat(GroupRecordDump.describe(ByteBuffer.wrap(new byte[] {0, 9, 0, 0}), Optional.empty()))
                .isEmpty();
        assertThat(GroupRecordDump.describe(ByteBuffer.wrap(new byte[] {0, 1, 0, 99, 1}), Optional.empty()))
                .isEmpty();
    }
}
