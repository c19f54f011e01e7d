package io.ottla.broker;

import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.FetchRequestData;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;

/**
 * The fetch sessions of a broker (KIP-227): a client names its partitions once, and afterwards only what changed.
 *
 * <p>Their number and size are bounded. A client that finds no room is served without a session. Room is made by a
 * session that has not been used for a while, or else by a smaller one that has had its while.
 */
final class FetchSessions {

    /**
     * @param sessionsMax max.incremental.fetch.session.cache.slots
     * @param partitionsMax of all sessions together
     * @param keepMs a session that has been used since, or is younger, is kept
     */
    record Limits(int sessionsMax, int partitionsMax, long keepMs) {
        static final Limits DEFAULTS = new Limits(1000, 500_000, 120_000);
    }

    /** Which session a request belongs to. */
    sealed interface Found {
        /** @param incremental only what changed is to be answered */
        record Session(FetchSession session, boolean incremental) implements Found {}

        record Refused(Errors error) implements Found {}
    }

    private final Limits limits;
    private final SeededRandom random;
    /** In the order of their last use. */
    private final LinkedHashMap<Integer, FetchSession> byId = new LinkedHashMap<>(16, 0.75f, true);

    private int partitionsNow;

    FetchSessions(Limits limits, SeededRandom random) {
        this.limits = limits;
        this.random = random;
    }

    int size() {
        return byId.size();
    }

    int partitionsNow() {
        return partitionsNow;
    }

    /** Begins, continues or ends a session, as the request says; takes its partitions into account. */
    Found find(FetchRequestData request, boolean usesTopicIds, long nowMs) {
        int epoch = request.sessionEpoch();
        if (epoch == FetchSession.INITIAL_EPOCH || epoch == FetchSession.FINAL_EPOCH) {
            close(request.sessionId());
            return full(request, usesTopicIds, nowMs, epoch == FetchSession.INITIAL_EPOCH);
        }
        FetchSession session = byId.get(request.sessionId());
        if (session == null) return new Found.Refused(Errors.FETCH_SESSION_ID_NOT_FOUND);
        if (session.nextEpoch() != epoch) return new Found.Refused(Errors.INVALID_FETCH_SESSION_EPOCH);
        if (session.usesTopicIds() != usesTopicIds) return new Found.Refused(Errors.FETCH_SESSION_TOPIC_ID_ERROR);
        return incremental(session, request, nowMs);
    }

    private Found full(FetchRequestData request, boolean usesTopicIds, long nowMs, boolean wantsSession) {
        int partitions =
                request.topics().stream().mapToInt(t -> t.partitions().size()).sum();
        boolean kept = wantsSession && partitions > 0 && makeRoom(partitions, nowMs);
        FetchSession session = new FetchSession(kept ? freeId() : FetchSession.NONE, usesTopicIds, nowMs);
        session.update(request.topics(), java.util.List.of());
        if (kept) {
            byId.put(session.id(), session);
            partitionsNow += session.size();
        }
        return new Found.Session(session, false);
    }

    private Found incremental(FetchSession session, FetchRequestData request, long nowMs) {
        int before = session.size();
        session.update(request.topics(), request.forgottenTopicsData());
        session.use(nowMs);
        session.advanceEpoch();
        partitionsNow += session.size() - before;
        if (session.size() == 0) {
            // the client has dropped all: so ends the session too
            close(session.id());
            return new Found.Session(new FetchSession(FetchSession.NONE, session.usesTopicIds(), nowMs), false);
        }
        if (partitionsNow > limits.partitionsMax()) {
            close(session.id());
            return new Found.Refused(Errors.FETCH_SESSION_ID_NOT_FOUND);
        }
        return new Found.Session(session, true);
    }

    private void close(int id) {
        FetchSession session = byId.remove(id);
        if (session == null) return;
        partitionsNow -= session.size();
        session.close();
    }

    private boolean makeRoom(int partitions, long nowMs) {
        if (partitions > limits.partitionsMax()) return false;
        while (byId.size() >= limits.sessionsMax() || partitionsNow + partitions > limits.partitionsMax()) {
            if (byId.isEmpty()) return false;
            FetchSession oldest = byId.values().iterator().next();
            if (nowMs - oldest.lastUsedMs() > limits.keepMs()) {
                close(oldest.id());
                continue;
            }
            FetchSession smallest = null;
            for (FetchSession session : byId.values()) {
                boolean hadItsWhile = nowMs - session.createdMs() > limits.keepMs();
                if (hadItsWhile && (smallest == null || session.size() < smallest.size())) smallest = session;
            }
            if (smallest == null || smallest.size() >= partitions) return false;
            close(smallest.id());
        }
        return true;
    }

    /** Not to be guessed, so that nobody ends another's session by mistake. */
    private int freeId() {
        while (true) {
            int id = 1 + random.nextInt(Integer.MAX_VALUE);
            if (!byId.containsKey(id)) return id;
        }
    }

    /** For the map only: what a request of {@code id} would find. */
    Map<Integer, FetchSession> sessions() {
        return byId;
    }
}
