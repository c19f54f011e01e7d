package io.ottla.coordinator;

import io.ottla.base.TopicPartition;
import io.ottla.kafkamessages.HeartbeatRequestData;
import io.ottla.kafkamessages.JoinGroupRequestData;
import io.ottla.kafkamessages.JoinGroupRequestData.JoinGroupRequestProtocol;
import io.ottla.kafkamessages.JoinGroupResponseData;
import io.ottla.kafkamessages.LeaveGroupRequestData;
import io.ottla.kafkamessages.LeaveGroupRequestData.MemberIdentity;
import io.ottla.kafkamessages.OffsetCommitRequestData;
import io.ottla.kafkamessages.OffsetCommitRequestData.OffsetCommitRequestPartition;
import io.ottla.kafkamessages.OffsetCommitRequestData.OffsetCommitRequestTopic;
import io.ottla.kafkamessages.OffsetCommitResponseData;
import io.ottla.kafkamessages.OffsetFetchRequestData.OffsetFetchRequestGroup;
import io.ottla.kafkamessages.OffsetFetchRequestData.OffsetFetchRequestTopics;
import io.ottla.kafkamessages.SyncGroupRequestData;
import io.ottla.kafkamessages.SyncGroupRequestData.SyncGroupRequestAssignment;
import io.ottla.kafkamessages.SyncGroupResponseData;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.protocol.Errors;

/** A consumer as clients are: joins, syncs, heartbeats, commits what it owns, and gives up waiting after a while. */
final class ChaosConsumer {
    static final int PARTITIONS = 12;
    private static final int SESSION_MS = 10_000;
    private static final int REBALANCE_MS = 15_000;

    enum State {
        JOINING,
        SYNCING,
        STABLE,
        GONE
    }

    private final ChaosWorld world;
    private final GroupCheckers checkers;
    final String groupId;
    final String name;
    final Optional<String> instanceId;
    State state = State.JOINING;
    private String memberId = "";
    int generation = -1;
    Set<Integer> owned = Set.of();
    /** Rises with each member id that is given out: of one instance the last is the one that counts. */
    long memberSince;
    /** Answers to what was asked before a change of mind are not for this one any more. */
    private long attempt;

    ChaosConsumer(ChaosWorld world, GroupCheckers checkers, String groupId, String name, Optional<String> instanceId) {
        this.world = world;
        this.checkers = checkers;
        this.groupId = groupId;
        this.name = name;
        this.instanceId = instanceId;
        world.after(world.random.nextInt(3_000), this::join);
    }

    /** Stops without a word. */
    void crash() {
        become(State.GONE);
    }

    void leave() {
        LeaveGroupRequestData request = new LeaveGroupRequestData().setGroupId(groupId);
        request.members().add(new MemberIdentity().setMemberId(memberId).setGroupInstanceId(instanceId.orElse(null)));
        become(State.GONE);
        world.request(new GroupCommand.Leave(request, once(response -> {})));
    }

    private void become(State next) {
        attempt++;
        state = next;
        if (next != State.STABLE) owned = Set.of();
    }

    private <R> ReplyTo<R> once(ReplyTo<R> then) {
        return checkers.replies.expect(name, then);
    }

    private <R> ReplyTo<R> ifCurrent(ReplyTo<R> then) {
        long asked = attempt;
        return once(response -> {
            if (asked == attempt) then.send(response);
        });
    }

    private void giveUpAfter(long ms) {
        long asked = attempt;
        world.after(ms, () -> {
            if (asked == attempt) join();
        });
    }

    private void soon(Runnable task) {
        long asked = attempt;
        world.after(50 + world.random.nextInt(100), () -> {
            if (asked == attempt) task.run();
        });
    }

    private void join() {
        if (state == State.GONE) return;
        become(State.JOINING);
        JoinGroupRequestData request = new JoinGroupRequestData()
                .setGroupId(groupId)
                .setMemberId(memberId)
                .setGroupInstanceId(instanceId.orElse(null))
                .setProtocolType("consumer")
                .setSessionTimeoutMs(SESSION_MS)
                .setRebalanceTimeoutMs(REBALANCE_MS);
        request.protocols()
                .add(new JoinGroupRequestProtocol()
                        .setName("range")
                        .setMetadata(ByteBuffer.allocate(11)
                                .putInt(2, 1)
                                .putShort(6, (short) 1)
                                .put(8, (byte) 't')
                                .array()));
        world.request(new GroupCommand.Join(
                request, (short) 9, new GroupCommand.Client(name, "/h"), ifCurrent(this::joined)));
        giveUpAfter(REBALANCE_MS + 5_000);
    }

    private void joined(JoinGroupResponseData response) {
        switch (Errors.forCode(response.errorCode())) {
            case NONE -> {
                if (!memberId.equals(response.memberId())) memberSince = checkers.nextMember();
                memberId = response.memberId();
                generation = response.generationId();
                sync(response);
            }
            case MEMBER_ID_REQUIRED -> {
                memberId = response.memberId();
                join();
            }
            case UNKNOWN_MEMBER_ID -> {
                memberId = "";
                soon(this::join);
            }
            case FENCED_INSTANCE_ID -> become(State.GONE);
            default -> soon(this::join);
        }
    }

    private void sync(JoinGroupResponseData joined) {
        become(State.SYNCING);
        SyncGroupRequestData request = new SyncGroupRequestData()
                .setGroupId(groupId)
                .setMemberId(memberId)
                .setGroupInstanceId(instanceId.orElse(null))
                .setGenerationId(generation)
                .setProtocolType(joined.protocolType())
                .setProtocolName(joined.protocolName());
        if (memberId.equals(joined.leader()) && !joined.skipAssignment()) {
            int count = joined.members().size();
            for (int i = 0; i < count; i++) {
                ByteBuffer assignment = ByteBuffer.allocate(PARTITIONS);
                for (int partition = i; partition < PARTITIONS; partition += count) assignment.put((byte) partition);
                byte[] bytes = new byte[assignment.flip().remaining()];
                assignment.get(bytes);
                request.assignments()
                        .add(new SyncGroupRequestAssignment()
                                .setMemberId(joined.members().get(i).memberId())
                                .setAssignment(bytes));
            }
        }
        world.request(new GroupCommand.Sync(request, ifCurrent(this::synced)));
        giveUpAfter(REBALANCE_MS + 5_000);
    }

    private void synced(SyncGroupResponseData response) {
        switch (Errors.forCode(response.errorCode())) {
            case NONE -> {
                become(State.STABLE);
                Set<Integer> partitions = new TreeSet<>();
                for (byte partition : response.assignment()) partitions.add((int) partition);
                owned = partitions;
                checkers.generations.stable(groupId, generation);
                fetch();
                heartbeat();
                commit();
            }
            case UNKNOWN_MEMBER_ID -> {
                memberId = "";
                soon(this::join);
            }
            case FENCED_INSTANCE_ID -> become(State.GONE);
            default -> soon(this::join);
        }
    }

    private void heartbeat() {
        HeartbeatRequestData request = new HeartbeatRequestData()
                .setGroupId(groupId)
                .setMemberId(memberId)
                .setGroupInstanceId(instanceId.orElse(null))
                .setGenerationId(generation);
        long mine = attempt;
        world.request(new GroupCommand.Heartbeat(request, once(response -> {
            // while it loads, a coordinator gives the benefit of the doubt
            if (mine == attempt) heartbeaten(Errors.forCode(response.errorCode()));
        })));
        long again = attempt;
        world.after(2_000, () -> {
            if (again == attempt) heartbeat();
        });
    }

    private void heartbeaten(Errors error) {
        switch (error) {
            case NONE, NOT_COORDINATOR, COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS -> {}
            case UNKNOWN_MEMBER_ID -> {
                memberId = "";
                join();
            }
            case FENCED_INSTANCE_ID -> become(State.GONE);
            default -> join();
        }
    }

    // ---- offsets

    private void commit() {
        if (!owned.isEmpty()) {
            OffsetCommitRequestTopic topic = new OffsetCommitRequestTopic().setName("t");
            for (int partition : owned)
                topic.partitions().add(new OffsetCommitRequestPartition().setPartitionIndex(partition));
            OffsetCommitRequestData request = new OffsetCommitRequestData()
                    .setGroupId(groupId)
                    .setMemberId(memberId)
                    .setGroupInstanceId(instanceId.orElse(null))
                    .setGenerationIdOrMemberEpoch(generation)
                    .setTopics(List.of(topic));
            int asked = generation;
            int[] latest = {-1};
            ReplyTo<OffsetCommitResponseData> reply = once(response -> {
                for (int i = 0; i < topic.partitions().size(); i++) {
                    if (response.topics().getFirst().partitions().get(i).errorCode() != 0) continue;
                    OffsetCommitRequestPartition partition = topic.partitions().get(i);
                    checkers.generations.accepted(groupId, name, asked, latest[0]);
                    checkers.offsets.acknowledged(groupId, partition.partitionIndex(), partition.committedOffset());
                }
            });
            world.request(new GroupCommand.Commit(request, (short) 9, reply), () -> {
                latest[0] = checkers.generations.latest(groupId);
                for (OffsetCommitRequestPartition partition : topic.partitions())
                    partition.setCommittedOffset(checkers.offsets.nextValue(groupId, partition.partitionIndex()));
            });
        }
        long again = attempt;
        world.after(500 + world.random.nextInt(2_000), () -> {
            if (again == attempt) commit();
        });
    }

    private void fetch() {
        List<Integer> partitions = List.copyOf(owned);
        boolean requireStable = world.random.chance(0.5);
        List<Long> atLeast = partitions.stream()
                .map(partition -> checkers.offsets.acknowledged(groupId, partition))
                .toList();
        OffsetFetchRequestGroup request = new OffsetFetchRequestGroup().setGroupId(groupId);
        request.topics().add(new OffsetFetchRequestTopics().setName("t").setPartitionIndexes(partitions));
        world.request(new GroupCommand.Fetch(request, requireStable, once(response -> {
            if (response.errorCode() != 0) return;
            for (int i = 0; i < partitions.size(); i++) {
                var answer = response.topics().getFirst().partitions().get(i);
                TopicPartition partition = new TopicPartition(groupId, partitions.get(i));
                checkers.offsets.fetched(partition, atLeast.get(i), answer.committedOffset());
            }
        })));
    }
}
