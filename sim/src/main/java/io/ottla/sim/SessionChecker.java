package io.ottla.sim;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Z13: a session that ended does nothing any more and owns nothing; none expires before its timeout has passed since the last thing that was
 * heard of it.
 */
final class SessionChecker extends HistoryChecker<ZookeeperObservation> {
    private final ZookeeperHistory history;

    /** The highest zxid that anybody had seen when the end was known. */
    private final Map<Long, Long> ended = new HashMap<>();

    private final Set<Long> begun = new HashSet<>();
    private final Map<String, Long> sessionOf = new HashMap<>();

    /** Those that a client wanted to end, without ever hearing whether they did. */
    private final Set<Long> mayHaveEnded = new HashSet<>();

    SessionChecker(ZookeeperHistory history) {
        super("Z13: sessions and what they own", history);
        this.history = history;
    }

    @Override
    void look(ZookeeperObservation observation) {
        switch (observation) {
            case ZookeeperObservation.Attached attached -> {
                sessionOf.put(attached.client(), attached.sessionId());
                if (attached.isNew() && !begun.add(attached.sessionId()))
                    throw broken("session 0x%x is given twice", attached.sessionId());
                if (ended.containsKey(attached.sessionId()))
                    throw broken("session 0x%x goes on after its end", attached.sessionId());
            }
            case ZookeeperObservation.Expired expired -> {
                boolean isWanted = mayHaveEnded.contains(expired.sessionId());
                if (expired.silentForMs() < expired.timeoutMs() && !isWanted) throw broken("%s, too early", expired);
                ended.put(expired.sessionId(), history.highestZxid());
            }
            case ZookeeperObservation.Answered answered -> answered(answered);
            case ZookeeperObservation.Sent sent -> {}
            case ZookeeperObservation.Notified notified -> {}
            case ZookeeperObservation.Rewatched rewatched -> {}
            case ZookeeperObservation.Lost lost -> {
                Long session = sessionOf.get(lost.client());
                if (session != null && lost.outstanding().stream().anyMatch(ZnodeOp.Close.class::isInstance))
                    mayHaveEnded.add(session);
            }
        }
    }

    private void answered(ZookeeperObservation.Answered answered) {
        Long end = ended.get(answered.sessionId());
        if (end != null && answered.op().isWrite() && answered.error() == 0)
            throw broken("%s, though the session had ended", answered);
        for (ZnodeSeen seen : answered.seen()) {
            Long ownersEnd = ended.get(seen.ephemeralOwner());
            if (ownersEnd != null
                    && answered.highestBefore() > ownersEnd
                    && !answered.op().isWrite())
                throw broken("%s shows a node of a session that had ended by 0x%x", answered, ownersEnd);
        }
        if (answered.op() instanceof ZnodeOp.Close && answered.error() == 0)
            ended.put(answered.sessionId(), answered.zxid());
    }
}
