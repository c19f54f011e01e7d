package io.ottla.sim;

import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.FindCoordinatorRequestData;
import io.ottla.kafkamessages.FindCoordinatorResponseData;
import io.ottla.kafkamessages.HeartbeatRequestData;
import io.ottla.kafkamessages.HeartbeatResponseData;
import io.ottla.kafkamessages.JoinGroupRequestData;
import io.ottla.kafkamessages.JoinGroupResponseData;
import io.ottla.kafkamessages.LeaveGroupRequestData;
import io.ottla.kafkamessages.SyncGroupRequestData;
import io.ottla.kafkamessages.SyncGroupResponseData;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;

/**
 * A member of a classic group, static or not: joins, assigns the partitions if it leads (round robin, eagerly), sends
 * heartbeats, commits; leaves or crashes now and then, comes again, and may be heard once more of its former life.
 */
final class SimulatedMember {
    private static final String TYPE = "consumer";
    private static final String PROTOCOL = "roundrobin";
    private static final int HEARTBEAT_MS = 150;
    private static final int REBALANCE_TIMEOUT_MS = 2_000;

    private final World world;
    private final Machine machine;
    private final History<Observation> history;
    private final GroupLedger group;
    private final String name;
    private final Optional<String> instanceId;
    private final SeededRandom random;
    private final int sessionTimeoutMs;
    private KafkaClient client;
    private String memberId = "";
    private int generation = -1;
    private boolean stable;
    private boolean calm;
    private List<Integer> partitions = List.of();
    /** Answers to what an earlier life asked are not for this one. */
    private int life;

    SimulatedMember(
            World world,
            Machine machine,
            History<Observation> history,
            GroupLedger group,
            String name,
            Optional<String> instanceId) {
        this.world = world;
        this.machine = machine;
        this.history = history;
        this.group = group;
        this.name = name;
        this.instanceId = instanceId;
        random = world.random();
        sessionTimeoutMs = 800 + random.nextInt(2000);
        client = new KafkaClient(world, machine, NodeProgram.PORT, name);
    }

    boolean isStable() {
        return stable;
    }

    int generation() {
        return generation;
    }

    List<Integer> partitions() {
        return partitions;
    }

    /** Neither leaves nor crashes from now on. */
    void calmDown() {
        calm = true;
    }

    // ---- the way into the group

    void begin() {
        var request = new FindCoordinatorRequestData().setKeyType((byte) 0).setCoordinatorKeys(List.of(group.name()));
        ask(ApiMessageType.FIND_COORDINATOR, 4, request, answer -> {
            Errors error = Errors.forCode(
                    ((FindCoordinatorResponseData) answer).coordinators().get(0).errorCode());
            if (error == Errors.NONE) join();
            else retry(error, "find its coordinator", this::begin);
        });
    }

    private void join() {
        stable = false;
        var protocols = new JoinGroupRequestData.JoinGroupRequestProtocolCollection();
        protocols.add(new JoinGroupRequestData.JoinGroupRequestProtocol()
                .setName(PROTOCOL)
                .setMetadata(GroupBytes.subscription(group.topic())));
        JoinGroupRequestData request = new JoinGroupRequestData()
                .setGroupId(group.name())
                .setSessionTimeoutMs(sessionTimeoutMs)
                .setRebalanceTimeoutMs(REBALANCE_TIMEOUT_MS)
                .setMemberId(memberId)
                .setGroupInstanceId(instanceId.orElse(null))
                .setProtocolType(TYPE)
                .setProtocols(protocols);
        int sentAt = history.size();
        ask(
                ApiMessageType.JOIN_GROUP,
                5 + random.nextInt(5),
                request,
                answer -> joined(sentAt, (JoinGroupResponseData) answer));
    }

    private void joined(int sentAt, JoinGroupResponseData answer) {
        Errors error = Errors.forCode(answer.errorCode());
        switch (error) {
            case NONE -> {
                memberId = answer.memberId();
                generation = answer.generationId();
                history.add(new Observation.Joined(sentAt, group.name(), memberId, generation));
                boolean leads = answer.leader().equals(memberId) && !answer.skipAssignment();
                sync(leads ? assign(answer.members()) : List.of());
            }
            case MEMBER_ID_REQUIRED -> {
                memberId = answer.memberId();
                join();
            }
            default -> rejoin(error, "join");
        }
    }

    private List<SyncGroupRequestData.SyncGroupRequestAssignment> assign(
            List<JoinGroupResponseData.JoinGroupResponseMember> members) {
        List<SyncGroupRequestData.SyncGroupRequestAssignment> assignments = new ArrayList<>();
        for (int i = 0; i < members.size(); i++) {
            List<Integer> own = new ArrayList<>();
            for (int partition = i; partition < group.partitions(); partition += members.size()) own.add(partition);
            assignments.add(new SyncGroupRequestData.SyncGroupRequestAssignment()
                    .setMemberId(members.get(i).memberId())
                    .setAssignment(GroupBytes.assignment(group.topic(), own)));
        }
        return assignments;
    }

    private void sync(List<SyncGroupRequestData.SyncGroupRequestAssignment> assignments) {
        SyncGroupRequestData request = new SyncGroupRequestData()
                .setGroupId(group.name())
                .setGenerationId(generation)
                .setMemberId(memberId)
                .setGroupInstanceId(instanceId.orElse(null))
                .setProtocolType(TYPE)
                .setProtocolName(PROTOCOL)
                .setAssignments(assignments);
        int sentAt = history.size();
        ask(ApiMessageType.SYNC_GROUP, 3 + random.nextInt(3), request, response -> {
            SyncGroupResponseData answer = (SyncGroupResponseData) response;
            Errors error = Errors.forCode(answer.errorCode());
            if (error != Errors.NONE) {
                rejoin(error, "sync");
                return;
            }
            partitions = GroupBytes.partitions(answer.assignment());
            history.add(new Observation.Assigned(
                    sentAt, group.name(), instanceId.orElse(memberId), memberId, generation, partitions));
            stable = true;
            later(random.nextInt(HEARTBEAT_MS), this::heartbeat);
        });
    }

    /** After an error: the way into the group begins anew, as the same member or as another. */
    private void rejoin(Errors error, String doing) {
        stable = false;
        switch (error) {
            case UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID -> {
                memberId = "";
                later(random.nextInt(50), this::join);
            }
            case ILLEGAL_GENERATION, REBALANCE_IN_PROGRESS -> later(random.nextInt(20), this::join);
            default -> retry(error, doing, this::begin);
        }
    }

    // ---- being in it

    private void heartbeat() {
        if (!calm && random.chance(0.04)) {
            end();
            return;
        }
        if (random.chance(0.4)) group.commit(client, memberId, instanceId, generation, partitions);
        var request = new HeartbeatRequestData()
                .setGroupId(group.name())
                .setGenerationId(generation)
                .setMemberId(memberId)
                .setGroupInstanceId(instanceId.orElse(null));
        ask(ApiMessageType.HEARTBEAT, 3 + random.nextInt(2), request, answer -> {
            Errors error = Errors.forCode(((HeartbeatResponseData) answer).errorCode());
            stable = error == Errors.NONE;
            if (stable) later(HEARTBEAT_MS, this::heartbeat);
            else rejoin(error, "send a heartbeat");
        });
    }

    private void end() {
        boolean leaves = random.chance(0.4);
        if (leaves) {
            LeaveGroupRequestData request = new LeaveGroupRequestData()
                    .setGroupId(group.name())
                    .setMembers(List.of(new LeaveGroupRequestData.MemberIdentity()
                            .setMemberId(memberId)
                            .setGroupInstanceId(instanceId.orElse(null))));
            client.send(ApiMessageType.LEAVE_GROUP, (short) 3, request, answer -> {});
        } else client.close();
        haunt(memberId, generation, partitions);
        life++;
        client = new KafkaClient(world, machine, NodeProgram.PORT, name + "." + life);
        memberId = "";
        stable = false;
        later(random.nextInt(3000), this::begin);
    }

    /** A commit of the life that is over, some time later: what was on its way, or a process that stood still. */
    private void haunt(String formerId, int formerGeneration, List<Integer> formerPartitions) {
        if (random.chance(0.5)) return;
        KafkaClient ghost = new KafkaClient(world, machine, NodeProgram.PORT, name + "." + life + ".ghost");
        world.after(
                random.nextInt(5000),
                () -> group.commit(ghost, formerId, instanceId, formerGeneration, formerPartitions));
    }

    // ---- asking

    private void ask(
            ApiMessageType api, int version, ApiMessage request, java.util.function.Consumer<ApiMessage> answered) {
        int asking = life;
        client.send(api, (short) version, request, answer -> {
            if (asking != life) return;
            if (answer.isPresent()) answered.accept(answer.get());
            else {
                stable = false;
                later(5 + random.nextInt(50), this::begin);
            }
        });
    }

    private void later(long delayMs, Runnable task) {
        int planned = life;
        world.after(delayMs, () -> {
            if (planned == life) task.run();
        });
    }

    private void retry(Errors error, String doing, Runnable again) {
        if (!(error.exception() instanceof RetriableException))
            throw new AssertionError(name + " is told " + error + " when it wants to " + doing);
        later(5 + random.nextInt(50), again);
    }
}
