package io.ottla.broker;

import io.ottla.kafkamessages.FetchRequestData;

/**
 * On what terms one fetch is answered.
 *
 * @param minBytes to wait for
 * @param maxBytes of records in the response; the first batch may be larger
 * @param maxWaitMs how long to wait for {@code minBytes}
 * @param committedOnly isolation.level=read_committed
 * @param replicaId of the follower that fetches; negative for a client
 */
record FetchTerms(short version, int minBytes, int maxBytes, long maxWaitMs, boolean committedOnly, int replicaId) {
    private static final byte READ_COMMITTED = 1;
    private static final short FIRST_WITH_REPLICA_STATE = 15;

    /** @param fetchMaxBytes fetch.max.bytes: what this broker sends at once, whatever the client would take */
    static FetchTerms of(FetchRequestData request, short version, int fetchMaxBytes) {
        int maxBytes = Math.max(0, Math.min(request.maxBytes(), fetchMaxBytes));
        return new FetchTerms(
                version,
                Math.min(request.minBytes(), maxBytes),
                maxBytes,
                request.maxWaitMs(),
                request.isolationLevel() == READ_COMMITTED,
                version < FIRST_WITH_REPLICA_STATE
                        ? request.replicaId()
                        : request.replicaState().replicaId());
    }
}
