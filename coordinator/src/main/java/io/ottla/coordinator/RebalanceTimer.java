package io.ottla.coordinator;

import io.ottla.base.Core;

/** The deadlines of a group's rebalance, in steady time. */
final class RebalanceTimer {
    long joinDeadlineMs = Core.NO_DEADLINE;
    long syncDeadlineMs = Core.NO_DEADLINE;
    /** When the group, which is empty, is to be stored again, since it could not be. */
    long storeAtMs = Core.NO_DEADLINE;
    /** Of the initial rebalance: how long this wait is, and how much may still be waited after it. */
    int delayMs;

    int remainingMs;
    boolean newMemberAdded;

    long nextMs() {
        return Math.min(storeAtMs, Math.min(joinDeadlineMs, syncDeadlineMs));
    }
}
