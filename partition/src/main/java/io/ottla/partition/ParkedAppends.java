package io.ottla.partition;

import io.ottla.base.Core;
import io.ottla.base.Effects;
import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.function.Consumer;
import org.apache.kafka.common.protocol.Errors;

/**
 * Appends that wait for an offset to be passed, in the order of their offsets. An append that repeats an earlier one
 * (a duplicate) may stand behind later ones; it is let go with them, which is late by no more than they are.
 */
final class ParkedAppends {
    private record Parked(
            long neededOffset, long deadlineMs, AppendAnswer.Appended answer, Consumer<AppendAnswer> to) {}

    private final ArrayDeque<Parked> queue = new ArrayDeque<>(1);

    void park(AppendAnswer.Appended answer, long deadlineMs, Consumer<AppendAnswer> to) {
        queue.add(new Parked(answer.lastOffset() + 1, deadlineMs, answer, to));
    }

    /** Answers those that waited for {@code offset} or less. */
    void release(long offset, Errors error, Effects<PartitionEffect> effects) {
        while (!queue.isEmpty() && queue.peek().neededOffset <= offset) {
            Parked parked = queue.remove();
            AppendAnswer answer = error == Errors.NONE ? parked.answer : AppendAnswer.Refused.because(error);
            effects.add(new PartitionEffect.Answer(parked.to, answer));
        }
    }

    void refuseAll(Errors error, Effects<PartitionEffect> effects) {
        release(Long.MAX_VALUE, error, effects);
    }

    /** Answers those whose time has come. */
    void expire(long nowMs, Effects<PartitionEffect> effects) {
        for (Iterator<Parked> each = queue.iterator(); each.hasNext(); ) {
            Parked parked = each.next();
            if (parked.deadlineMs > nowMs) continue;
            each.remove();
            effects.add(new PartitionEffect.Answer(parked.to, AppendAnswer.Refused.because(Errors.REQUEST_TIMED_OUT)));
        }
    }

    long nextDeadlineMs() {
        long next = Core.NO_DEADLINE;
        for (Parked parked : queue) next = Math.min(next, parked.deadlineMs);
        return next;
    }

    int size() {
        return queue.size();
    }
}
