package io.ottla.sim;

import java.util.HashMap;
import java.util.Map;

/**
 * Z2, Z3, Z8: a session's writes take effect in the order in which they were sent, each at a zxid of its own; nobody is shown a state older than one that
 * anybody had seen when he asked. (That replies come in the order of the requests, the client itself looks at.)
 */
final class SessionOrderChecker extends HistoryChecker<ZookeeperObservation> {
    private final Map<Long, Long> highest = new HashMap<>();
    private final Map<Long, Long> written = new HashMap<>();

    SessionOrderChecker(ZookeeperHistory history) {
        super("Z2, Z3, Z8: order within a session, and no way back", history);
    }

    @Override
    void look(ZookeeperObservation observation) {
        if (!(observation instanceof ZookeeperObservation.Answered answered)) return;
        long zxid = answered.zxid();
        if (zxid < answered.highestBefore())
            throw broken(
                    "%s is answered at 0x%x, but 0x%x had been seen when it was asked",
                    answered, zxid, answered.highestBefore());
        boolean isPing = answered.op() instanceof ZnodeOp.Ping;
        Long before = highest.merge(answered.sessionId(), zxid, Math::max);
        if (before > zxid && !isPing) throw broken("%s comes after 0x%x was seen", answered, before);
        if (!answered.op().isWrite() || answered.error() != 0) return;
        if (zxid <= answered.highestBefore())
            throw broken("%s has a zxid that was seen before it was asked for", answered);
        Long last = written.put(answered.sessionId(), zxid);
        if (last != null && last >= zxid) throw broken("%s follows a write at 0x%x", answered, last);
    }
}
