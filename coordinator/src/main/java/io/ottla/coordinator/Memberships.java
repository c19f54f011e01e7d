package io.ottla.coordinator;

import io.ottla.base.Core;
import io.ottla.kafkamessages.HeartbeatRequestData;
import io.ottla.kafkamessages.HeartbeatResponseData;
import io.ottla.kafkamessages.LeaveGroupRequestData.MemberIdentity;
import io.ottla.kafkamessages.LeaveGroupResponseData;
import io.ottla.kafkamessages.SyncGroupRequestData;
import io.ottla.kafkamessages.SyncGroupResponseData;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;

/** SyncGroup, Heartbeat and LeaveGroup: what members of a classic group do between joins. */
final class Memberships {
    private final Groups groups;
    private final Rebalances rebalances;

    Memberships(Groups groups, Rebalances rebalances) {
        this.groups = groups;
        this.rebalances = rebalances;
    }

    // ---- SyncGroup: the leader brings assignments, everybody fetches theirs

    void sync(Turn turn, GroupCommand.Sync sync) {
        SyncGroupRequestData request = sync.request();
        Optional<ClassicGroup> found = groups.find(turn, request.groupId());
        if (found.isEmpty() || found.get().is(ClassicGroup.State.EMPTY)) {
            answer(turn, sync, GroupAnswers.sync(Errors.UNKNOWN_MEMBER_ID));
            return;
        }
        ClassicGroup group = found.get();
        Errors invalid = validate(group, request);
        if (invalid != Errors.NONE) {
            answer(turn, sync, GroupAnswers.sync(invalid));
            return;
        }
        ClassicMember member = group.member(request.memberId());
        switch (group.state()) {
            case PREPARING_REBALANCE -> answer(turn, sync, GroupAnswers.sync(Errors.REBALANCE_IN_PROGRESS));
            case COMPLETING_REBALANCE -> {
                rebalances.answerSync(turn, member, GroupAnswers.sync(Errors.REBALANCE_IN_PROGRESS));
                member.awaitingSync(Optional.of(sync.reply()));
                noteSync(group, member);
                if (group.isLeader(member.memberId())) storeAssignments(turn, group, request);
            }
            case STABLE -> {
                noteSync(group, member);
                answer(turn, sync, Rebalances.synced(group, member));
            }
            case EMPTY, DEAD -> throw new IllegalStateException("group " + group.groupId() + " has no members");
        }
    }

    private static void answer(Turn turn, GroupCommand.Sync sync, SyncGroupResponseData response) {
        turn.answer(sync.reply(), response, GroupAnswers::sync);
    }

    private static Errors validate(ClassicGroup group, SyncGroupRequestData request) {
        Errors member = group.validate(request.memberId(), request.groupInstanceId());
        if (member != Errors.NONE) return member;
        if (request.generationId() != group.generation()) return Errors.ILLEGAL_GENERATION;
        if (differs(request.protocolType(), group.protocolType()) || differs(request.protocolName(), group.protocol()))
            return Errors.INCONSISTENT_GROUP_PROTOCOL;
        return Errors.NONE;
    }

    /** Clients before version 5 do not say what they take the protocol for. */
    private static boolean differs(String said, Optional<String> is) {
        return said != null && is.isPresent() && !said.equals(is.get());
    }

    private static void noteSync(ClassicGroup group, ClassicMember member) {
        group.pendingSync().remove(member.memberId());
        if (group.pendingSync().isEmpty()) group.timer.syncDeadlineMs = Core.NO_DEADLINE;
    }

    private void storeAssignments(Turn turn, ClassicGroup group, SyncGroupRequestData request) {
        Map<String, byte[]> assignments = new HashMap<>();
        request.assignments().forEach(assigned -> assignments.put(assigned.memberId(), assigned.assignment()));
        int generation = group.generation();
        turn.write(List.of(GroupRecords.group(group.groupId(), group.toRecord(assignments))), (then, failure) -> {
            boolean isCurrent = group.is(ClassicGroup.State.COMPLETING_REBALANCE) && group.generation() == generation;
            if (!isCurrent) return; // a rebalance began meanwhile, and has answered whoever waited
            if (failure.isPresent()) rebalances.notAssigned(then, group, failure.get());
            else rebalances.assigned(then, group, assignments);
        });
    }

    // ---- Heartbeat

    void heartbeat(Turn turn, GroupCommand.Heartbeat heartbeat) {
        Errors error = heartbeat(turn, heartbeat.request());
        turn.answer(heartbeat.reply(), new HeartbeatResponseData().setErrorCode(error.code()), GroupAnswers::heartbeat);
    }

    private Errors heartbeat(Turn turn, HeartbeatRequestData request) {
        Optional<ClassicGroup> found = groups.find(turn, request.groupId());
        if (found.isEmpty()) return Errors.UNKNOWN_MEMBER_ID;
        ClassicGroup group = found.get();
        Errors invalid = group.validate(request.memberId(), request.groupInstanceId());
        if (invalid != Errors.NONE) return invalid;
        if (request.generationId() != group.generation()) return Errors.ILLEGAL_GENERATION;
        rebalances.keepAlive(turn, group, group.member(request.memberId()));
        return group.is(ClassicGroup.State.PREPARING_REBALANCE) ? Errors.REBALANCE_IN_PROGRESS : Errors.NONE;
    }

    // ---- LeaveGroup: of oneself, or by an administrator, of several

    void leave(Turn turn, GroupCommand.Leave leave) {
        Optional<ClassicGroup> found = groups.find(turn, leave.request().groupId());
        List<LeaveGroupResponseData.MemberResponse> answers = new ArrayList<>();
        boolean anyLeft = false;
        for (MemberIdentity identity : leave.request().members()) {
            Errors error = found.map(group -> leave(turn, group, identity)).orElse(Errors.UNKNOWN_MEMBER_ID);
            anyLeft |= error == Errors.NONE;
            answers.add(GroupAnswers.left(identity, error));
        }
        if (anyLeft) afterLeave(turn, found.get());
        turn.answer(leave.reply(), new LeaveGroupResponseData().setMembers(answers), GroupAnswers::leave);
    }

    private Errors leave(Turn turn, ClassicGroup group, MemberIdentity identity) {
        String memberId = identity.memberId();
        if (memberId.isEmpty()) {
            Optional<String> current =
                    Optional.ofNullable(identity.groupInstanceId()).flatMap(group::staticMember);
            if (current.isEmpty()) return Errors.UNKNOWN_MEMBER_ID;
            rebalances.expel(turn, group, group.member(current.get()));
            return Errors.NONE;
        }
        if (group.isPendingJoin(memberId)) {
            group.remove(memberId);
            return Errors.NONE;
        }
        Errors invalid = group.validate(memberId, identity.groupInstanceId());
        if (invalid == Errors.NONE) rebalances.expel(turn, group, group.member(memberId));
        return invalid;
    }

    private void afterLeave(Turn turn, ClassicGroup group) {
        if (group.is(ClassicGroup.State.STABLE, ClassicGroup.State.COMPLETING_REBALANCE))
            rebalances.prepare(turn, group, "members left");
        else rebalances.completeIfAllJoined(turn, group);
    }
}
