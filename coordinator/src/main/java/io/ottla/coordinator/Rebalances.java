package io.ottla.coordinator;

import io.ottla.base.Core;
import io.ottla.kafkamessages.JoinGroupResponseData;
import io.ottla.kafkamessages.SyncGroupResponseData;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a classic group gets from one generation to the next: who is waited for and how long, who is dropped, and what
 * the members are told. Source: GroupMetadataManager of Kafka 4.3, its part on classic groups.
 */
final class Rebalances {
    private static final Logger LOG = LoggerFactory.getLogger(Rebalances.class);

    /** A group in which nobody joins is looked at again at most so often, however short a time its members chose. */
    static final int AGAIN_MS_MIN = 1_000;

    /** After an empty group could not be stored. */
    private static final long STORE_AGAIN_MS = 1_000;

    private final GroupDeadlines deadlines;
    private GroupSettings settings;

    Rebalances(GroupDeadlines deadlines, GroupSettings settings) {
        this.deadlines = deadlines;
        this.settings = settings;
    }

    void settings(GroupSettings settings) {
        this.settings = settings;
    }

    private static String shown(ClassicGroup group) {
        return Printable.of(group.groupId());
    }

    // ---- sessions

    /** The member has shown itself: its session begins anew. */
    void keepAlive(Turn turn, ClassicGroup group, ClassicMember member) {
        sessionUntil(group, member, turn.steadyMs() + member.profile().sessionTimeoutMs());
    }

    void sessionUntil(ClassicGroup group, ClassicMember member, long deadlineMs) {
        member.sessionDeadlineMs(deadlineMs);
        deadlines.arm(group, deadlineMs);
    }

    void pendingUntil(ClassicGroup group, String memberId, long deadlineMs) {
        group.addPendingJoin(memberId, deadlineMs);
        deadlines.arm(group, deadlineMs);
    }

    // ---- preparing

    /** Something about the members has changed: a new rebalance begins, or the one that prepares may be complete now. */
    void prepareOrComplete(Turn turn, ClassicGroup group, String why) {
        if (group.is(ClassicGroup.State.PREPARING_REBALANCE)) completeIfAllJoined(turn, group);
        else prepare(turn, group, why);
    }

    void prepare(Turn turn, ClassicGroup group, String why) {
        if (group.is(ClassicGroup.State.COMPLETING_REBALANCE)) {
            group.members().forEach(member -> member.assignment(ClassicMember.NOTHING));
            answerSyncs(turn, group, Errors.REBALANCE_IN_PROGRESS);
        }
        group.pendingSync().clear();
        group.timer.syncDeadlineMs = Core.NO_DEADLINE;
        group.prepareRebalance(turn.nowMs());
        LOG.debug("group {}: rebalance of generation {} ({})", shown(group), group.generation(), Printable.of(why));
        if (group.isInitialRebalance()) {
            group.timer.delayMs = settings.initialRebalanceDelayMs();
            group.timer.remainingMs = Math.max(group.rebalanceTimeoutMs() - group.timer.delayMs, 0);
            group.timer.newMemberAdded = false;
            joinUntil(turn, group, group.timer.delayMs);
        } else if (group.haveAllJoined()) {
            complete(turn, group);
        } else {
            joinUntil(turn, group, group.rebalanceTimeoutMs());
        }
    }

    private void joinUntil(Turn turn, ClassicGroup group, int delayMs) {
        group.timer.joinDeadlineMs = turn.steadyMs() + delayMs;
        deadlines.arm(group, group.timer.joinDeadlineMs);
    }

    void completeIfAllJoined(Turn turn, ClassicGroup group) {
        boolean mayComplete = group.is(ClassicGroup.State.PREPARING_REBALANCE) && !group.isInitialRebalance();
        if (mayComplete && group.haveAllJoined()) complete(turn, group);
    }

    /** Whoever has joined makes the next generation. Dynamic members who have not are dropped; static ones stay on. */
    private void complete(Turn turn, ClassicGroup group) {
        group.timer.joinDeadlineMs = Core.NO_DEADLINE;
        List<String> late = group.members().stream()
                .filter(member -> member.awaitingJoin().isEmpty() && !member.isStatic())
                .map(ClassicMember::memberId)
                .toList();
        late.forEach(group::remove);
        if (!group.electLeader() && group.size() > 0) {
            // only static members, and none has joined: their sessions decide; their time to join may be 0
            joinUntil(turn, group, Math.max(group.rebalanceTimeoutMs(), AGAIN_MS_MIN));
            return;
        }
        group.beginGeneration(turn.nowMs());
        if (group.is(ClassicGroup.State.EMPTY)) {
            LOG.debug("group {}: empty with generation {}", shown(group), group.generation());
            storeEmpty(turn, group);
            return;
        }
        LOG.debug("group {}: generation {} has {} members", shown(group), group.generation(), group.size());
        for (ClassicMember member : group.members()) {
            answerJoin(turn, group, member, joined(group, member, group.isLeader(member.memberId()), false));
            if (!member.isToldItsId()) turn.ifTakenBack(then -> neverTold(then, group, member));
            member.isToldItsId(true);
            keepAlive(turn, group, member);
            member.isNew(false);
            group.pendingSync().add(member.memberId());
        }
        group.timer.syncDeadlineMs = turn.steadyMs() + group.rebalanceTimeoutMs();
        deadlines.arm(group, group.timer.syncDeadlineMs);
    }

    /**
     * Members that are gone do not come back because it could not be written that they are. But the log must learn of it:
     * whoever loads it next would wait for them.
     */
    private void storeEmpty(Turn turn, ClassicGroup group) {
        int generation = group.generation();
        turn.write(List.of(GroupRecords.group(group.groupId(), group.toRecord(Map.of()))), (then, failure) -> {
            boolean isStillEmpty = group.is(ClassicGroup.State.EMPTY) && group.generation() == generation;
            if (failure.isEmpty() || !isStillEmpty) return;
            group.timer.storeAtMs = then.steadyMs() + STORE_AGAIN_MS;
            deadlines.arm(group, group.timer.storeAtMs);
        });
    }

    /** What a member of the current generation is told. */
    static JoinGroupResponseData joined(
            ClassicGroup group, ClassicMember member, boolean withMembers, boolean skipAssignment) {
        return new JoinGroupResponseData()
                .setMembers(withMembers ? group.membersForLeader() : List.of())
                .setMemberId(member.memberId())
                .setGenerationId(group.generation())
                .setProtocolName(group.protocol().orElse(null))
                .setProtocolType(group.protocolType().orElse(null))
                .setLeader(group.leader().orElse(""))
                .setSkipAssignment(skipAssignment);
    }

    void answerJoin(Turn turn, ClassicGroup group, ClassicMember member, JoinGroupResponseData response) {
        member.awaitingJoin().ifPresent(reply -> {
            group.awaitJoin(member, Optional.empty());
            turn.answer(reply, response, error -> GroupAnswers.join(member.memberId(), error));
        });
    }

    // ---- completing

    /** The assignments are durable: everybody who waits for one gets it. */
    void assigned(Turn turn, ClassicGroup group, Map<String, byte[]> assignments) {
        for (ClassicMember member : group.members())
            member.assignment(assignments.getOrDefault(member.memberId(), ClassicMember.NOTHING));
        answerSyncs(turn, group, Errors.NONE);
        group.stabilize(turn.nowMs());
    }

    /** The assignments could not be stored. */
    void notAssigned(Turn turn, ClassicGroup group, Errors error) {
        group.members().forEach(member -> member.assignment(ClassicMember.NOTHING));
        answerSyncs(turn, group, error);
        prepareOrComplete(turn, group, "assignments could not be stored: " + error);
    }

    private void answerSyncs(Turn turn, ClassicGroup group, Errors error) {
        for (ClassicMember member : group.members()) {
            if (member.awaitingSync().isEmpty()) continue;
            answerSync(turn, member, error == Errors.NONE ? synced(group, member) : GroupAnswers.sync(error));
            keepAlive(turn, group, member);
        }
    }

    void answerSync(Turn turn, ClassicMember member, SyncGroupResponseData response) {
        member.awaitingSync().ifPresent(reply -> {
            member.awaitingSync(Optional.empty());
            turn.answer(reply, response, GroupAnswers::sync);
        });
    }

    static SyncGroupResponseData synced(ClassicGroup group, ClassicMember member) {
        return new SyncGroupResponseData()
                .setProtocolType(group.protocolType().orElse(null))
                .setProtocolName(group.protocol().orElse(null))
                .setAssignment(member.assignment());
    }

    // ---- leaving and failing

    /** Takes a member out; what that means for the group is the caller's to say. */
    void expel(Turn turn, ClassicGroup group, ClassicMember member) {
        answerJoin(turn, group, member, GroupAnswers.join("", Errors.UNKNOWN_MEMBER_ID));
        answerSync(turn, member, GroupAnswers.sync(Errors.UNKNOWN_MEMBER_ID));
        group.remove(member.memberId());
    }

    /** A member, or one that was to become a member, is gone. */
    void afterDeparture(Turn turn, ClassicGroup group, String why) {
        if (group.is(ClassicGroup.State.STABLE, ClassicGroup.State.COMPLETING_REBALANCE)) prepare(turn, group, why);
        else if (group.is(ClassicGroup.State.PREPARING_REBALANCE) && group.haveAllJoined()) complete(turn, group);
    }

    /** Answers all who wait, since the group's coordinator is gone or the group never came to be. */
    void dissolve(Turn turn, ClassicGroup group, Errors error) {
        for (ClassicMember member : List.copyOf(group.members())) {
            answerJoin(turn, group, member, GroupAnswers.join(member.memberId(), error));
            answerSync(turn, member, GroupAnswers.sync(error));
        }
        group.die();
        deadlines.forget(group);
    }

    /** It was given an id, but the answer with the id was taken back: nobody will come with it. */
    void forgetPending(Turn turn, ClassicGroup group, String memberId) {
        if (group.is(ClassicGroup.State.DEAD) || !group.isPendingJoin(memberId)) return;
        group.remove(memberId);
        if (group.is(ClassicGroup.State.PREPARING_REBALANCE)) completeIfAllJoined(turn, group);
    }

    /** It joined, but the answer that has its id was taken back: its client will come as another. */
    private void neverTold(Turn turn, ClassicGroup group, ClassicMember member) {
        boolean isThere = !group.is(ClassicGroup.State.DEAD)
                && group.has(member.memberId())
                && group.member(member.memberId()) == member;
        if (!isThere) return;
        expel(turn, group, member);
        afterDeparture(turn, group, "member " + member.memberId() + " could not be told its id");
    }

    // ---- time

    /** Acts on what of the group's deadlines has passed. */
    void tick(Turn turn, ClassicGroup group) {
        long steadyMs = turn.steadyMs();
        if (group.timer.joinDeadlineMs <= steadyMs) joinTimeIsUp(turn, group);
        if (group.timer.syncDeadlineMs <= steadyMs) syncTimeIsUp(turn, group);
        if (group.timer.storeAtMs <= steadyMs) {
            group.timer.storeAtMs = Core.NO_DEADLINE;
            if (group.is(ClassicGroup.State.EMPTY)) storeEmpty(turn, group);
        }
        List<String> gone = group.pendingJoin().entrySet().stream()
                .filter(pending -> pending.getValue() <= steadyMs)
                .map(Map.Entry::getKey)
                .toList();
        for (String memberId : gone) {
            group.remove(memberId);
            if (group.is(ClassicGroup.State.PREPARING_REBALANCE))
                afterDeparture(turn, group, "pending member timed out");
        }
        List<ClassicMember> expired = group.members().stream()
                .filter(member -> member.sessionDeadlineMs() <= steadyMs)
                .toList();
        for (ClassicMember member : expired) sessionIsOver(turn, group, member);
        deadlines.arm(group, group.nextDeadlineMs());
    }

    private void joinTimeIsUp(Turn turn, ClassicGroup group) {
        RebalanceTimer timer = group.timer;
        if (group.isInitialRebalance() && timer.newMemberAdded && timer.remainingMs != 0) {
            timer.newMemberAdded = false;
            int delayMs = Math.min(settings.initialRebalanceDelayMs(), timer.remainingMs);
            timer.remainingMs = Math.max(timer.remainingMs - timer.delayMs, 0);
            timer.delayMs = delayMs;
            joinUntil(turn, group, delayMs);
        } else {
            complete(turn, group);
        }
    }

    private void syncTimeIsUp(Turn turn, ClassicGroup group) {
        group.timer.syncDeadlineMs = Core.NO_DEADLINE;
        if (group.pendingSync().isEmpty()) return;
        List<String> silent = List.copyOf(group.pendingSync());
        silent.forEach(group::remove);
        prepare(turn, group, "no SyncGroup from " + silent);
    }

    private void sessionIsOver(Turn turn, ClassicGroup group, ClassicMember member) {
        if (!group.has(member.memberId()) || member.sessionDeadlineMs() > turn.steadyMs()) return;
        if (member.isExcusedFromHeartbeat()) {
            member.sessionDeadlineMs(Core.NO_DEADLINE);
            return;
        }
        LOG.debug("group {}: member {} failed", shown(group), Printable.of(member.memberId()));
        expel(turn, group, member);
        afterDeparture(turn, group, "session of " + member.memberId() + " timed out");
    }
}
