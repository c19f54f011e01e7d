package io.ottla.coordinator;

import io.ottla.base.Core;
import io.ottla.base.Invariant;
import io.ottla.kafkamessages.JoinGroupResponseData;
import io.ottla.kafkamessages.JoinGroupResponseData.JoinGroupResponseMember;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;

/**
 * A classic group while it lives on its coordinator: members, who of them waits for what, and the state of the
 * rebalance. None of this needs to survive; what does is written as {@link GroupMetadata}.
 *
 * <pre>
 * Empty ──join──→ PreparingRebalance ──all joined, or time is up──→ CompletingRebalance ──leader's sync committed──→ Stable
 *   ↑                ↑   │ nobody left              a member joins, leaves or fails │                               │
 *   └────────────────┼───┘                                                         │                               │
 *                    └─────────────────────────────────────────────────────────────┴───────────────────────────────┘
 * </pre>
 *
 * Source: ClassicGroup and ClassicGroupState of Kafka 4.3.
 */
final class ClassicGroup {

    enum State {
        EMPTY("Empty"),
        PREPARING_REBALANCE("PreparingRebalance"),
        COMPLETING_REBALANCE("CompletingRebalance"),
        STABLE("Stable"),
        /** The name that a group which is not there goes by. */
        DEAD("Dead");

        final String label;

        State(String label) {
            this.label = label;
        }
    }

    private final String groupId;
    private State state;
    /** While preparing: the group was empty before, so latecomers are waited for. */
    private boolean isInitialRebalance;

    private OptionalLong stateTimestampMs;
    private int generation;
    private Optional<String> protocolType;
    private Optional<String> protocol;
    private Optional<String> leader;
    private Optional<Set<String>> subscribedTopics;
    private final LinkedHashMap<String, ClassicMember> members = new LinkedHashMap<>();
    private final Map<String, String> memberIdByInstance = new HashMap<>();
    private final SupportedProtocols supported = new SupportedProtocols();
    private int awaitingJoin;
    private final Set<String> pendingSync = new LinkedHashSet<>();
    /** Members that were given an id and have not come back with it yet, and until when they may. */
    private final LinkedHashMap<String, Long> pendingJoin = new LinkedHashMap<>();

    final RebalanceTimer timer = new RebalanceTimer();
    /** When {@link GroupDeadlines} will look at this group, in steady time: never later than its next deadline. */
    long wakeAtMs = Core.NO_DEADLINE;

    /** A group that nobody has joined yet. */
    static ClassicGroup empty(String groupId, long nowMs) {
        GroupMetadata nothing = new GroupMetadata(
                Optional.empty(), 0, Optional.empty(), Optional.empty(), OptionalLong.of(nowMs), List.of());
        return new ClassicGroup(groupId, nothing);
    }

    ClassicGroup(String groupId, GroupMetadata stored) {
        this.groupId = groupId;
        state = stored.members().isEmpty() ? State.EMPTY : State.STABLE;
        stateTimestampMs = stored.stateTimestampMs();
        generation = stored.generation();
        protocolType = stored.protocolType();
        protocol = stored.protocol();
        leader = Optional.empty();
        stored.members().forEach(this::restore);
        if (stored.leader().filter(members::containsKey).isPresent()) leader = stored.leader();
        subscribedTopics = ConsumerSubscription.topics(this);
    }

    /** What was stored may be anybody's, so it is made consistent: of two with one id or instance the last counts. */
    private void restore(GroupMetadata.Member member) {
        if (protocol.isEmpty()) protocol = Optional.of("");
        remove(member.memberId());
        member.instanceId().flatMap(this::staticMember).ifPresent(this::remove);
        add(ClassicMember.fromRecord(member, protocol.get()));
    }

    String groupId() {
        return groupId;
    }

    State state() {
        return state;
    }

    boolean is(State first, State... others) {
        return EnumSet.of(first, others).contains(state);
    }

    boolean isInitialRebalance() {
        return isInitialRebalance;
    }

    int generation() {
        return generation;
    }

    Optional<String> protocolType() {
        return protocolType;
    }

    Optional<String> protocol() {
        return protocol;
    }

    Optional<String> leader() {
        return leader;
    }

    boolean isLeader(String memberId) {
        return leader.isPresent() && leader.get().equals(memberId);
    }

    OptionalLong stateTimestampMs() {
        return stateTimestampMs;
    }

    Collection<ClassicMember> members() {
        return members.values();
    }

    int size() {
        return members.size();
    }

    boolean has(String memberId) {
        return members.containsKey(memberId);
    }

    ClassicMember member(String memberId) {
        ClassicMember member = members.get(memberId);
        if (member == null) throw new IllegalStateException("no member " + memberId + " in group " + groupId);
        return member;
    }

    Optional<String> staticMember(String instanceId) {
        return Optional.ofNullable(memberIdByInstance.get(instanceId));
    }

    // ---- members come and go

    void add(ClassicMember member) {
        member.profile().instanceId().ifPresent(instanceId -> {
            String other = memberIdByInstance.put(instanceId, member.memberId());
            Invariant.invariant(other == null, "instance %s joined twice", instanceId);
        });
        if (leader.isEmpty()) leader = Optional.of(member.memberId());
        members.put(member.memberId(), member);
        supported.add(member.profile());
        if (member.awaitingJoin().isPresent()) awaitingJoin++;
        pendingJoin.remove(member.memberId());
    }

    /** The first member decides what the group is for. */
    void protocolTypeOfFirst(String type) {
        if (members.isEmpty()) protocolType = Optional.of(type);
    }

    void remove(String memberId) {
        ClassicMember removed = members.remove(memberId);
        if (removed != null) {
            supported.remove(removed.profile());
            if (removed.awaitingJoin().isPresent()) awaitingJoin--;
            removed.profile().instanceId().ifPresent(memberIdByInstance::remove);
        }
        if (isLeader(memberId)) leader = members.keySet().stream().findFirst();
        pendingJoin.remove(memberId);
        pendingSync.remove(memberId);
    }

    /** Gives a static member another member id; whoever waited under the old one has been answered. */
    ClassicMember replaceStatic(String instanceId, String oldMemberId, String newMemberId) {
        ClassicMember old = members.remove(oldMemberId);
        supported.remove(old.profile());
        ClassicMember.Profile was = old.profile();
        ClassicMember replacement = new ClassicMember(new ClassicMember.Profile(
                newMemberId,
                was.instanceId(),
                was.clientId(),
                was.clientHost(),
                was.rebalanceTimeoutMs(),
                was.sessionTimeoutMs(),
                was.protocols()));
        replacement.assignment(old.assignment());
        members.put(newMemberId, replacement);
        supported.add(replacement.profile());
        if (isLeader(oldMemberId)) leader = Optional.of(newMemberId);
        memberIdByInstance.put(instanceId, newMemberId);
        if (pendingSync.remove(oldMemberId)) pendingSync.add(newMemberId);
        return replacement;
    }

    /** The member told anew what it supports and wants. */
    void update(ClassicMember member, ClassicMember.Profile profile) {
        supported.remove(member.profile());
        member.profile(profile);
        supported.add(profile);
    }

    /** The member waits for the join to complete, or no longer does. */
    void awaitJoin(ClassicMember member, Optional<ReplyTo<JoinGroupResponseData>> reply) {
        awaitingJoin += (reply.isPresent() ? 1 : 0) - (member.awaitingJoin().isPresent() ? 1 : 0);
        member.awaitingJoin(reply);
    }

    /** Of all members for all their protocols. */
    long metadataBytes() {
        return supported.metadataBytes();
    }

    int awaitingJoin() {
        return awaitingJoin;
    }

    boolean isPendingJoin(String memberId) {
        return pendingJoin.containsKey(memberId);
    }

    void addPendingJoin(String memberId, long deadlineMs) {
        pendingJoin.put(memberId, deadlineMs);
    }

    Map<String, Long> pendingJoin() {
        return pendingJoin;
    }

    Set<String> pendingSync() {
        return pendingSync;
    }

    boolean haveAllJoined() {
        return members.size() == awaitingJoin && pendingJoin.isEmpty();
    }

    /** NONE, or why the member may not speak for the group. */
    Errors validate(String memberId, String instanceId) {
        if (instanceId != null) {
            String current = memberIdByInstance.get(instanceId);
            if (current == null) return Errors.UNKNOWN_MEMBER_ID;
            if (!current.equals(memberId)) return Errors.FENCED_INSTANCE_ID;
        }
        return members.containsKey(memberId) ? Errors.NONE : Errors.UNKNOWN_MEMBER_ID;
    }

    int rebalanceTimeoutMs() {
        int longest = 0;
        for (ClassicMember member : members.values())
            longest = Math.max(longest, member.profile().rebalanceTimeoutMs());
        return longest;
    }

    // ---- protocols

    /** Whether somebody with these protocols can be a member beside those who are there. */
    boolean supports(String type, List<ClassicMember.Protocol> protocols) {
        if (state == State.EMPTY) return !type.isEmpty() && !protocols.isEmpty();
        return protocolType.isPresent()
                && protocolType.get().equals(type)
                && protocols.stream().anyMatch(protocol -> supported.byAll(protocol.name()));
    }

    String selectProtocol() {
        return supported.elect(members.values());
    }

    /** Of a group of consumers, when its members' subscriptions could be read. */
    Optional<Set<String>> subscribedTopics() {
        return subscribedTopics;
    }

    boolean usesConsumerProtocol() {
        return protocolType.isPresent() && protocolType.get().equals(ConsumerSubscription.PROTOCOL_TYPE);
    }

    /** Whether offsets of the topic are in use; of consumers whose subscriptions are not known, all are. */
    boolean isSubscribedTo(String topic) {
        return subscribedTopics.map(topics -> topics.contains(topic)).orElse(usesConsumerProtocol());
    }

    // ---- transitions

    void prepareRebalance(long nowMs) {
        Invariant.invariant(
                is(State.EMPTY, State.STABLE, State.COMPLETING_REBALANCE), "group %s prepares twice", groupId);
        isInitialRebalance = state == State.EMPTY;
        transition(State.PREPARING_REBALANCE, nowMs);
    }

    /** Everybody who is to be in it has joined: a new generation. */
    void beginGeneration(long nowMs) {
        Invariant.invariant(is(State.PREPARING_REBALANCE), "group %s is not preparing", groupId);
        generation++;
        protocol = members.isEmpty() ? Optional.empty() : Optional.of(selectProtocol());
        subscribedTopics = ConsumerSubscription.topics(this);
        pendingSync.clear();
        transition(members.isEmpty() ? State.EMPTY : State.COMPLETING_REBALANCE, nowMs);
    }

    void stabilize(long nowMs) {
        Invariant.invariant(is(State.COMPLETING_REBALANCE), "group %s is not completing", groupId);
        transition(State.STABLE, nowMs);
    }

    /** It is no more; nothing that comes late concerns it. */
    void die() {
        state = State.DEAD;
    }

    private void transition(State next, long nowMs) {
        state = next;
        stateTimestampMs = OptionalLong.of(nowMs);
    }

    /** Makes one of those who joined the leader, if the leader did not. @return false if nobody joined */
    boolean electLeader() {
        if (leader.isPresent() && member(leader.get()).awaitingJoin().isPresent()) return true;
        Optional<String> elected = members.values().stream()
                .filter(member -> member.awaitingJoin().isPresent())
                .map(ClassicMember::memberId)
                .findFirst();
        if (leader.isEmpty() || elected.isEmpty()) return false;
        leader = elected;
        return true;
    }

    /** What the leader needs to assign: every member's metadata for the protocol that was selected. */
    List<JoinGroupResponseMember> membersForLeader() {
        return members.values().stream()
                .map(member -> new JoinGroupResponseMember()
                        .setMemberId(member.memberId())
                        .setGroupInstanceId(member.profile().instanceId().orElse(null))
                        .setMetadata(member.metadata(protocol.orElse(""))))
                .toList();
    }

    /** As it is to be stored, with these assignments by member id. */
    GroupMetadata toRecord(Map<String, byte[]> assignments) {
        return new GroupMetadata(
                protocolType,
                generation,
                protocol,
                leader,
                stateTimestampMs,
                members.values().stream()
                        .map(member -> member.toRecord(
                                protocol.orElseThrow(),
                                assignments.getOrDefault(member.memberId(), ClassicMember.NOTHING)))
                        .toList());
    }

    /** In steady time. */
    long nextDeadlineMs() {
        long nextMs = timer.nextMs();
        for (ClassicMember member : members.values()) nextMs = Math.min(nextMs, member.sessionDeadlineMs());
        for (long deadlineMs : pendingJoin.values()) nextMs = Math.min(nextMs, deadlineMs);
        return nextMs;
    }
}
