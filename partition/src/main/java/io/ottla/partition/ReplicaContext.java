package io.ottla.partition;

import io.ottla.base.Clock;

/** What the replicas of a loop share. */
record ReplicaContext(
        int nodeId,
        Clock clock,
        EffectQueue effects,
        Deadlines deadlines,
        Writers writers,
        OpeningBytes openingBytes,
        LogOpener opener) {

    long monotonicMs() {
        return clock.monotonicNs() / 1_000_000;
    }
}
