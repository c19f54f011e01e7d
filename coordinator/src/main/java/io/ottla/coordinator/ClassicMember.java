package io.ottla.coordinator;

import io.ottla.base.Core;
import io.ottla.kafkamessages.DescribeGroupsResponseData.DescribedGroupMember;
import io.ottla.kafkamessages.JoinGroupRequestData;
import io.ottla.kafkamessages.JoinGroupResponseData;
import io.ottla.kafkamessages.SyncGroupResponseData;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A member of a classic group: what it told of itself, what it waits for, and until when it counts as alive. */
final class ClassicMember {
    static final byte[] NOTHING = new byte[0];

    /** An assignor that the member supports, with its metadata for it, in the order of preference. */
    record Protocol(String name, byte[] metadata) {
        boolean isSame(Protocol other) {
            return name.equals(other.name) && Arrays.equals(metadata, other.metadata);
        }

        /** Of one that is named twice the first counts. */
        static List<Protocol> of(JoinGroupRequestData request) {
            Map<String, Protocol> byName = new LinkedHashMap<>();
            request.protocols()
                    .forEach(told -> byName.putIfAbsent(told.name(), new Protocol(told.name(), told.metadata())));
            return List.copyOf(byName.values());
        }
    }

    /** Who the member is and how it wants to be treated. */
    record Profile(
            String memberId,
            Optional<String> instanceId,
            String clientId,
            String clientHost,
            int rebalanceTimeoutMs,
            int sessionTimeoutMs,
            List<Protocol> protocols) {

        long metadataBytes() {
            long bytes = 0;
            for (Protocol protocol : protocols) bytes += protocol.metadata.length;
            return bytes;
        }
    }

    private Profile profile;
    private byte[] assignment = NOTHING;
    /** It joined just now and has no generation yet: it cannot heartbeat. */
    private boolean isNew;

    /** It has heard its id, or has another name to come back by. */
    private boolean isToldItsId = true;

    private Optional<ReplyTo<JoinGroupResponseData>> awaitingJoin = Optional.empty();
    private Optional<ReplyTo<SyncGroupResponseData>> awaitingSync = Optional.empty();
    private long sessionDeadlineMs = Core.NO_DEADLINE;

    ClassicMember(Profile profile) {
        this.profile = profile;
    }

    Profile profile() {
        return profile;
    }

    void profile(Profile profile) {
        this.profile = profile;
    }

    String memberId() {
        return profile.memberId;
    }

    boolean isStatic() {
        return profile.instanceId.isPresent();
    }

    /** Its metadata for the protocol; nothing if it does not support it. */
    byte[] metadata(String protocol) {
        for (Protocol supported : profile.protocols) {
            if (supported.name.equals(protocol)) return supported.metadata;
        }
        return NOTHING;
    }

    boolean supportsExactly(List<Protocol> protocols) {
        if (profile.protocols.size() != protocols.size()) return false;
        for (int i = 0; i < protocols.size(); i++) {
            if (!profile.protocols.get(i).isSame(protocols.get(i))) return false;
        }
        return true;
    }

    /** The candidate that it prefers. */
    String vote(Set<String> candidates) {
        return profile.protocols.stream()
                .map(Protocol::name)
                .filter(candidates::contains)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("member " + memberId() + " supports no candidate"));
    }

    byte[] assignment() {
        return assignment;
    }

    void assignment(byte[] assignment) {
        this.assignment = assignment;
    }

    boolean isNew() {
        return isNew;
    }

    void isNew(boolean isNew) {
        this.isNew = isNew;
    }

    boolean isToldItsId() {
        return isToldItsId;
    }

    void isToldItsId(boolean isTold) {
        isToldItsId = isTold;
    }

    Optional<ReplyTo<JoinGroupResponseData>> awaitingJoin() {
        return awaitingJoin;
    }

    void awaitingJoin(Optional<ReplyTo<JoinGroupResponseData>> reply) {
        awaitingJoin = reply;
    }

    Optional<ReplyTo<SyncGroupResponseData>> awaitingSync() {
        return awaitingSync;
    }

    void awaitingSync(Optional<ReplyTo<SyncGroupResponseData>> reply) {
        awaitingSync = reply;
    }

    /** In steady time: when it is expelled unless it shows itself. */
    long sessionDeadlineMs() {
        return sessionDeadlineMs;
    }

    void sessionDeadlineMs(long deadlineMs) {
        sessionDeadlineMs = deadlineMs;
    }

    /** One who waits for an answer of ours need not heartbeat; but a new member must not wait for ever. */
    boolean isExcusedFromHeartbeat() {
        return !isNew && (awaitingJoin.isPresent() || awaitingSync.isPresent());
    }

    GroupMetadata.Member toRecord(String protocol, byte[] assignment) {
        return new GroupMetadata.Member(
                profile.memberId,
                profile.instanceId,
                profile.clientId,
                profile.clientHost,
                profile.rebalanceTimeoutMs,
                profile.sessionTimeoutMs,
                metadata(protocol),
                assignment);
    }

    static ClassicMember fromRecord(GroupMetadata.Member member, String protocol) {
        ClassicMember loaded = new ClassicMember(new Profile(
                member.memberId(),
                member.instanceId(),
                member.clientId(),
                member.clientHost(),
                member.rebalanceTimeoutMs(),
                member.sessionTimeoutMs(),
                List.of(new Protocol(protocol, member.subscription()))));
        loaded.assignment = member.assignment();
        return loaded;
    }

    DescribedGroupMember describe(Optional<String> protocol) {
        return new DescribedGroupMember()
                .setMemberId(profile.memberId)
                .setGroupInstanceId(profile.instanceId.orElse(null))
                .setClientId(profile.clientId)
                .setClientHost(profile.clientHost)
                .setMemberMetadata(protocol.map(this::metadata).orElse(NOTHING))
                .setMemberAssignment(assignment);
    }
}
