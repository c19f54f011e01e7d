package io.ottla.coordinator;

import io.ottla.base.Invariant;
import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.JoinGroupRequestData;
import io.ottla.kafkamessages.JoinGroupResponseData;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.common.protocol.Errors;

/**
 * JoinGroup: who gets into a classic group, under which member id, and what that does to the group. Versions: from 4
 * on a new dynamic member first gets an id and comes back with it (KIP-394), from 5 static members (KIP-345), from 9
 * their leader may be told to leave assignments alone (KIP-814).
 */
final class Joins {
    private static final short KNOWN_MEMBER_ID_MIN_VERSION = 4;
    private static final short SKIP_ASSIGNMENT_MIN_VERSION = 9;

    /** What the members of a group may tell the leader, all together; far more than a group's record can hold. */
    private static final long METADATA_BYTES_MAX = 64 << 20;
    /** Member ids of a group that were given out and not used yet. */
    private static final int PENDING_JOINS_MAX = 100_000;
    /** Of a client's id in a member's id, which as a string of the protocol has no more than 32767 bytes. */
    private static final int MEMBER_ID_PREFIX_CHARS_MAX = 10_000;

    private final Groups groups;
    private final Rebalances rebalances;
    private final SeededRandom random;
    private GroupSettings settings;

    Joins(Groups groups, Rebalances rebalances, SeededRandom random, GroupSettings settings) {
        this.groups = groups;
        this.rebalances = rebalances;
        this.random = random;
        this.settings = settings;
    }

    void settings(GroupSettings settings) {
        this.settings = settings;
    }

    void join(Turn turn, GroupCommand.Join join) {
        JoinGroupRequestData request = join.request();
        boolean isUnknownMember = request.memberId().isEmpty();
        Optional<ClassicGroup> existing = groups.find(turn, request.groupId());
        if (existing.isEmpty() && !isUnknownMember) {
            refuse(turn, join, request.memberId(), Errors.UNKNOWN_MEMBER_ID);
            return;
        }
        ClassicGroup group = existing.orElseGet(() -> create(turn, request.groupId()));
        if (!hasRoomFor(group, request.memberId())) {
            group.remove(request.memberId());
            refuse(turn, join, "", Errors.GROUP_MAX_SIZE_REACHED);
        } else if (!group.supports(request.protocolType(), ClassicMember.Protocol.of(request))) {
            refuse(turn, join, request.memberId(), Errors.INCONSISTENT_GROUP_PROTOCOL);
        } else if (isUnknownMember) {
            joinUnknown(turn, group, join);
        } else {
            joinKnown(turn, group, join);
        }
    }

    /** The group is stored at once, empty, so that it is there for whoever asks. */
    private ClassicGroup create(Turn turn, String groupId) {
        ClassicGroup group = groups.add(ClassicGroup.empty(groupId, turn.nowMs()));
        turn.write(List.of(GroupRecords.group(groupId, group.toRecord(Map.of()))), (then, failure) -> {
            if (failure.isPresent()) groups.drop(then, group, failure.get());
        });
        return group;
    }

    private void refuse(Turn turn, GroupCommand.Join join, String memberId, Errors error) {
        answer(turn, join, GroupAnswers.join(memberId, error));
    }

    private static void answer(Turn turn, GroupCommand.Join join, JoinGroupResponseData response) {
        turn.answer(join.reply(), response, error -> GroupAnswers.join(response.memberId(), error));
    }

    /**
     * While a rebalance prepares, those who have joined count, not the members: so a group that became too large for
     * a lower limit loses whoever rejoins last.
     */
    private boolean hasRoomFor(ClassicGroup group, String memberId) {
        boolean isFull = group.metadataBytes() > METADATA_BYTES_MAX
                || group.pendingJoin().size() > PENDING_JOINS_MAX;
        if (isFull && !group.has(memberId)) return false;
        return switch (group.state()) {
            case EMPTY, DEAD -> true;
            case PREPARING_REBALANCE ->
                (group.has(memberId) && group.member(memberId).awaitingJoin().isPresent())
                        || group.awaitingJoin() < settings.groupMaxSize();
            case COMPLETING_REBALANCE, STABLE -> group.has(memberId) || group.size() < settings.groupMaxSize();
        };
    }

    // ---- without a member id

    private void joinUnknown(Turn turn, ClassicGroup group, GroupCommand.Join join) {
        JoinGroupRequestData request = join.request();
        Optional<String> instanceId = Optional.ofNullable(request.groupInstanceId());
        String prefix = instanceId.orElse(join.client().clientId());
        String newMemberId =
                prefix.substring(0, Math.min(prefix.length(), MEMBER_ID_PREFIX_CHARS_MAX)) + "-" + nextUuid();
        Optional<String> current = instanceId.flatMap(group::staticMember);
        if (current.isPresent()) {
            replaceStatic(turn, group, join, instanceId.get(), current.get(), newMemberId);
        } else if (instanceId.isEmpty() && join.version() >= KNOWN_MEMBER_ID_MIN_VERSION) {
            rebalances.pendingUntil(group, newMemberId, turn.steadyMs() + request.sessionTimeoutMs());
            turn.ifTakenBack(then -> rebalances.forgetPending(then, group, newMemberId));
            refuse(turn, join, newMemberId, Errors.MEMBER_ID_REQUIRED);
        } else {
            add(turn, group, join, newMemberId);
        }
    }

    private UUID nextUuid() {
        long most = (random.nextLong() & 0xFFFFFFFFFFFF0FFFL) | 0x4000L;
        long least = (random.nextLong() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L;
        return new UUID(most, least);
    }

    private static ClassicMember.Profile profile(GroupCommand.Join join, String memberId) {
        JoinGroupRequestData request = join.request();
        return new ClassicMember.Profile(
                memberId,
                Optional.ofNullable(request.groupInstanceId()),
                join.client().clientId(),
                join.client().host(),
                request.rebalanceTimeoutMs(),
                request.sessionTimeoutMs(),
                ClassicMember.Protocol.of(request));
    }

    private void add(Turn turn, ClassicGroup group, GroupCommand.Join join, String memberId) {
        ClassicMember member = new ClassicMember(profile(join, memberId));
        member.isNew(true);
        member.isToldItsId(!join.request().memberId().isEmpty() || member.isStatic());
        if (group.is(ClassicGroup.State.PREPARING_REBALANCE) && group.isInitialRebalance())
            group.timer.newMemberAdded = true;
        group.protocolTypeOfFirst(join.request().protocolType());
        group.add(member);
        group.awaitJoin(member, Optional.of(join.reply()));
        // it cannot heartbeat before it is answered, so the request itself times out
        rebalances.sessionUntil(group, member, turn.steadyMs() + GroupSettings.NEW_MEMBER_JOIN_TIMEOUT_MS);
        rebalances.prepareOrComplete(turn, group, "member " + memberId + " joins: " + reason(join));
    }

    private static String reason(GroupCommand.Join join) {
        String reason = join.request().reason();
        return reason == null || reason.isEmpty() ? "not provided" : reason;
    }

    // ---- with a member id

    private void joinKnown(Turn turn, ClassicGroup group, GroupCommand.Join join) {
        JoinGroupRequestData request = join.request();
        String memberId = request.memberId();
        if (group.isPendingJoin(memberId) && request.groupInstanceId() == null) {
            add(turn, group, join, memberId);
            return;
        }
        Errors invalid = group.validate(memberId, request.groupInstanceId());
        if (invalid != Errors.NONE) {
            refuse(turn, join, memberId, invalid);
            return;
        }
        ClassicMember member = group.member(memberId);
        boolean isUnchanged = member.supportsExactly(ClassicMember.Protocol.of(request));
        switch (group.state()) {
            case PREPARING_REBALANCE -> rejoin(turn, group, member, join);
            // the same again: perhaps the answer was lost
            case COMPLETING_REBALANCE -> {
                if (isUnchanged) answerCurrent(turn, group, member, join, group.isLeader(memberId));
                else rejoin(turn, group, member, join);
            }
            // the leader may see what others cannot: partitions that were added, say
            case STABLE -> {
                if (isUnchanged && !group.isLeader(memberId)) answerCurrent(turn, group, member, join, false);
                else rejoin(turn, group, member, join);
            }
            case EMPTY, DEAD -> refuse(turn, join, memberId, Errors.UNKNOWN_MEMBER_ID);
        }
    }

    private void answerCurrent(
            Turn turn, ClassicGroup group, ClassicMember member, GroupCommand.Join join, boolean withMembers) {
        answer(turn, join, Rebalances.joined(group, member, withMembers, false));
    }

    private void rejoin(Turn turn, ClassicGroup group, ClassicMember member, GroupCommand.Join join) {
        update(turn, group, member, join);
        rebalances.prepareOrComplete(turn, group, "member " + member.memberId() + " rejoins: " + reason(join));
    }

    private void update(Turn turn, ClassicGroup group, ClassicMember member, GroupCommand.Join join) {
        // whoever waited before, on another connection or because of a retry, is not to wait for ever
        rebalances.answerJoin(turn, group, member, GroupAnswers.join(member.memberId(), Errors.REBALANCE_IN_PROGRESS));
        ClassicMember.Profile was = member.profile();
        JoinGroupRequestData request = join.request();
        group.update(
                member,
                new ClassicMember.Profile(
                        was.memberId(),
                        was.instanceId(),
                        was.clientId(),
                        was.clientHost(),
                        request.rebalanceTimeoutMs(),
                        request.sessionTimeoutMs(),
                        ClassicMember.Protocol.of(request)));
        group.awaitJoin(member, Optional.of(join.reply()));
    }

    // ---- static members who come back without their id

    private void replaceStatic(
            Turn turn,
            ClassicGroup group,
            GroupCommand.Join join,
            String instanceId,
            String oldMemberId,
            String newMemberId) {
        ClassicMember old = group.member(oldMemberId);
        rebalances.answerJoin(turn, group, old, GroupAnswers.join(oldMemberId, Errors.FENCED_INSTANCE_ID));
        rebalances.answerSync(turn, old, GroupAnswers.sync(Errors.FENCED_INSTANCE_ID));
        Optional<String> leaderBefore = group.leader();
        ClassicMember.Profile before = old.profile();
        ClassicMember member = group.replaceStatic(instanceId, oldMemberId, newMemberId);
        update(turn, group, member, join);
        rebalances.keepAlive(turn, group, member);
        String why = "static member " + instanceId + " is now " + newMemberId + ": " + reason(join);
        switch (group.state()) {
            case STABLE -> {
                if (group.selectProtocol().equals(group.protocol().orElse("")))
                    storeReplacement(turn, group, join, member, before, leaderBefore.orElse(""));
                else rebalances.prepareOrComplete(turn, group, why);
            }
            // the leader may be assigning to the old id by now
            case COMPLETING_REBALANCE -> rebalances.prepare(turn, group, why);
            case PREPARING_REBALANCE -> rebalances.completeIfAllJoined(turn, group);
            case EMPTY, DEAD -> Invariant.invariant(false, "group %s is empty but has a member", group.groupId());
        }
    }

    /** Nothing changes but the id: no rebalance, once that is stored. */
    private void storeReplacement(
            Turn turn,
            ClassicGroup group,
            GroupCommand.Join join,
            ClassicMember member,
            ClassicMember.Profile before,
            String leaderBefore) {
        Map<String, byte[]> assignments =
                group.members().stream().collect(Collectors.toMap(ClassicMember::memberId, ClassicMember::assignment));
        int generation = group.generation();
        turn.write(List.of(GroupRecords.group(group.groupId(), group.toRecord(assignments))), (then, failure) -> {
            boolean isStillWaiting = member.awaitingJoin().equals(Optional.of(join.reply()))
                    && group.has(member.memberId())
                    && group.is(ClassicGroup.State.STABLE)
                    && group.generation() == generation;
            if (!isStillWaiting) return; // another rebalance took over
            if (failure.isPresent()) {
                rebalances.answerJoin(then, group, member, GroupAnswers.join("", failure.get()));
                ClassicMember restored =
                        group.replaceStatic(before.instanceId().orElseThrow(), member.memberId(), before.memberId());
                group.update(restored, before);
                rebalances.keepAlive(then, group, restored);
                return;
            }
            rebalances.answerJoin(then, group, member, stored(group, member, join.version(), leaderBefore));
        });
    }

    /**
     * Before version 9 a client that is told to be the leader would assign anew, for a generation in which the others
     * have their assignments already; so it is told the leader's old id.
     */
    private static JoinGroupResponseData stored(
            ClassicGroup group, ClassicMember member, short version, String leaderBefore) {
        if (version < SKIP_ASSIGNMENT_MIN_VERSION)
            return Rebalances.joined(group, member, false, false).setLeader(leaderBefore);
        boolean isLeader = group.isLeader(member.memberId());
        return Rebalances.joined(group, member, isLeader, isLeader);
    }
}
