package io.ottla.partition;

import io.ottla.base.Core;
import io.ottla.base.Effects;
import java.util.ArrayDeque;
import java.util.Iterator;
import org.apache.kafka.common.protocol.Errors;

/**
 * Appends that wait for an offset to be passed, in the order of their offsets. An append that repeats an earlier one
 * (a duplicate) may stand behind later ones; it is let go with them, which is late by no more than they are.
 */
final class ParkedAppends {
    private final ArrayDeque<PartitionEvent.Appended> queue = new ArrayDeque<>(1);
    /** None has an earlier deadline; the one that had it may be gone. */
    private long leastDeadlineMs = Core.NO_DEADLINE;

    void park(PartitionEvent.Appended append) {
        queue.add(append);
        leastDeadlineMs = Math.min(leastDeadlineMs, append.deadlineMs());
    }

    /** Answers those that waited for {@code offset} or less. */
    void release(long offset, Errors error, Effects<PartitionEffect> effects) {
        while (!queue.isEmpty() && queue.peek().answer().lastOffset() < offset) {
            PartitionEvent.Appended parked = queue.remove();
            answer(parked, error, effects);
        }
        if (queue.isEmpty()) leastDeadlineMs = Core.NO_DEADLINE;
    }

    private static void answer(PartitionEvent.Appended parked, Errors error, Effects<PartitionEffect> effects) {
        AppendAnswer answer = error == Errors.NONE ? parked.answer() : AppendAnswer.Refused.because(error);
        effects.add(new PartitionEffect.Answer(parked.token(), answer));
    }

    void refuseAll(Errors error, Effects<PartitionEffect> effects) {
        release(Long.MAX_VALUE, error, effects);
    }

    /** Answers those whose time has come. */
    void expire(long nowMs, Effects<PartitionEffect> effects) {
        if (nowMs < leastDeadlineMs) return;
        leastDeadlineMs = Core.NO_DEADLINE;
        for (Iterator<PartitionEvent.Appended> each = queue.iterator(); each.hasNext(); ) {
            PartitionEvent.Appended parked = each.next();
            if (parked.deadlineMs() > nowMs) {
                leastDeadlineMs = Math.min(leastDeadlineMs, parked.deadlineMs());
                continue;
            }
            each.remove();
            answer(parked, Errors.REQUEST_TIMED_OUT, effects);
        }
    }

    /** When {@link #expire} is wanted, or earlier. */
    long nextDeadlineMs() {
        return leastDeadlineMs;
    }

    int size() {
        return queue.size();
    }
}
