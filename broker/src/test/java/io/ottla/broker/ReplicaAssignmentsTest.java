package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.ProduceResponseData;
import io.ottla.partition.Replica;
import io.ottla.partition.Role;
import io.ottla.partition.TestBatches;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** What the image says is what the replicas do. */
class ReplicaAssignmentsTest {
    private final DataPlane plane = new DataPlane();
    private final DataPlane.Client client = plane.client();

    private Errors produce(String topic) {
        var response = client.call(
                ApiMessageType.PRODUCE,
                7,
                ProduceTest.request(1, topic, 0, TestBatches.of("a")),
                ProduceResponseData.class);
        return Errors.forCode(ProduceTest.only(response).errorCode());
    }

    @Test
    void onlyWhatThisNodeLeadsIsHere() {
        plane.topic("here", 2);
        plane.put("elsewhere", 1, 2, 0);
        assertThat(plane.replicas.get(new TopicPartition("here", 0))).isPresent();
        assertThat(plane.replicas.get(new TopicPartition("elsewhere", 0))).isEmpty();
        assertThat(plane.replica("here", 1).partition().leaderEpoch()).isZero();
    }

    @Test
    void aLeaderThatGoesAndComesBackHasANewEpoch() {
        plane.topic("t", 1);
        assertThat(produce("t")).isEqualTo(Errors.NONE);
        plane.put("t", 1, 2, 1);
        assertThat(plane.replica("t", 0).partition().role()).isEqualTo(Role.UNASSIGNED);
        assertThat(produce("t")).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        plane.put("t", 1, 1, 2);
        assertThat(produce("t")).isEqualTo(Errors.NONE);
        assertThat(plane.replica("t", 0).partition().leaderEpoch()).isEqualTo(2);
        assertThat(plane.replica("t", 0).reader().epochEnd(0).endOffset()).isEqualTo(1);
    }

    /** It has to copy, whether anybody asks or not. */
    @Test
    void aFollowerIsMadeAtOnceAndHoldsItsLogOpen() {
        plane.put("t", 3, 2, 4, DataPlane.id("t"), List.of(1, 2));
        plane.put("elsewhere", 1, 2, 4, DataPlane.id("elsewhere"), List.of(2, 3));
        plane.clock.settle();
        assertThat(plane.replicas.made()).hasSize(3).allMatch(Replica::isOpen);
        assertThat(plane.replica("t", 0).partition().role()).isEqualTo(Role.FOLLOWER);
        assertThat(plane.replica("t", 0).check(3)).isEqualTo(Errors.FENCED_LEADER_EPOCH);
        assertThat(plane.replica("t", 0).check(4)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(plane.replica("t", 0).check(5)).isEqualTo(Errors.UNKNOWN_LEADER_EPOCH);
        assertThat(produce("t")).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        plane.put("t", 3, 1, 5, DataPlane.id("t"), List.of(1, 2));
        assertThat(plane.replica("t", 0).partition().leaderEpoch()).isEqualTo(5);
        plane.put("t", 3, 2, 6, DataPlane.id("t"), List.of(3, 2));
        assertThat(plane.replica("t", 0).partition().role()).isEqualTo(Role.UNASSIGNED);
    }

    @Test
    void aFollowerNamesItsLeaderToThoseWhoAskIt() {
        plane.put("t", 1, 2, 4, DataPlane.id("t"), List.of(1, 2));
        var produced = ProduceTest.only(client.call(
                ApiMessageType.PRODUCE,
                10,
                ProduceTest.request(1, "t", 0, TestBatches.of("a")),
                ProduceResponseData.class));
        assertThat(Errors.forCode(produced.errorCode())).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(produced.currentLeader().leaderId()).isEqualTo(2);
        assertThat(produced.currentLeader().leaderEpoch()).isEqualTo(4);
    }

    /** At a start there may be a million of them, until the controller has chosen leaders. */
    @Test
    void withoutALeaderThereIsNothingToFollow() {
        plane.put("t", 1_000, -1, 4, DataPlane.id("t"), List.of(1, 2));
        assertThat(plane.replicas.made()).isEmpty();
        assertThat(produce("t")).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void partitionsAreAdded() {
        plane.topic("t", 1);
        produce("t");
        plane.put("t", 3, 1, 0);
        assertThat(plane.replica("t", 2).partition().leaderEpoch()).isZero();
        assertThat(plane.replica("t", 0).reader().endOffset()).isEqualTo(1);
    }

    /** A node may lead a million partitions of which few are used. */
    @Test
    void aReplicaIsMadeWhenItIsFirstAskedFor() {
        plane.topic("t", 1_000);
        assertThat(plane.replicas.made()).isEmpty();
        plane.reconfigure("t", "max.message.bytes", "20");
        plane.put("t", 1_000, 1, 3);
        assertThat(plane.replicas.made()).isEmpty();
        assertThat(plane.replica("t", 7).partition().leaderEpoch()).isEqualTo(3);
        assertThat(plane.replica("t", 7).config().batches().bytesMax()).isEqualTo(20);
        assertThat(plane.replicas.made()).hasSize(1);
    }

    @Test
    void aDeletedTopicLosesItsLogs() {
        plane.topic("t", 1);
        produce("t");
        assertThat(plane.logs.partitions()).hasSize(1);
        plane.delete("t");
        plane.clock.settle();
        assertThat(plane.logs.partitions()).isEmpty();
        assertThat(produce("t")).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    /** A coordination service that was set back to an older state lacks topics that nobody has deleted. */
    @Test
    void aTopicThatIsMissingAfterAGapKeepsItsLogsAndIsServedWhenItComesBack() {
        plane.topic("t", 1);
        produce("t");
        plane.vanish("t");
        plane.clock.settle();
        assertThat(produce("t")).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(plane.logs.partitions()).hasSize(1);
        plane.topic("t", 1);
        assertThat(produce("t")).isEqualTo(Errors.NONE);
        assertThat(plane.replica("t", 0).reader().endOffset()).isEqualTo(2);
    }

    @Test
    void settingsTakeEffectWhileRunning() {
        plane.topic("t", 1);
        assertThat(produce("t")).isEqualTo(Errors.NONE);
        plane.reconfigure("t", "max.message.bytes", "20");
        assertThat(produce("t")).isEqualTo(Errors.MESSAGE_TOO_LARGE);
        plane.reconfigure("t");
        assertThat(produce("t")).isEqualTo(Errors.NONE);
    }

    @Test
    void aTopicOfAnOldKafkaKeepsItsRecordsWhenTheControllerGivesItAnId() {
        plane.put("t", 1, 1, 0, TopicId.ZERO);
        assertThat(produce("t")).isEqualTo(Errors.NONE);
        plane.put("t", 1, 1, 0);
        assertThat(plane.replica("t", 0).topicId()).isEqualTo(DataPlane.id("t"));
        assertThat(plane.replica("t", 0).reader().endOffset()).isEqualTo(1);
    }
}
