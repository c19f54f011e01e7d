package io.ottla.coordinator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.protocol.Errors;

/**
 * One turn of a shard: what time it is, and what the shard decides. Records and answers are collected here; when the
 * shard has returned, the records are replayed and appended, and the answers leave once everything that was decided so
 * far is committed. So nobody hears of a state that could still be taken back.
 */
public final class Turn {
    private final long nowMs;
    private final long steadyMs;
    private final List<Write> writes = new ArrayList<>(1);
    private final List<Answer<?>> answers = new ArrayList<>(1);
    private final List<CoordinatorEffect> answeredNow = new ArrayList<>(0);
    private final List<Written> undos = new ArrayList<>(0);

    Turn(long nowMs, long steadyMs) {
        this.nowMs = nowMs;
        this.steadyMs = steadyMs;
    }

    /**
     * Told when records are committed, or will never be.
     *
     * @see #write
     */
    @FunctionalInterface
    interface Written {
        Written IGNORED = (turn, failure) -> {};

        /** @param failure why the records were taken back; empty if they are committed */
        void ended(Turn turn, Optional<Errors> failure);
    }

    /** @param whole all in one batch, or none; otherwise they may be spread over several */
    record Write(List<CoordinatorRecord> records, boolean whole, Written then) {}

    record Answer<R>(ReplyTo<R> to, R response, Function<Errors, R> otherwise) {
        CoordinatorEffect.Respond<R> granted() {
            return new CoordinatorEffect.Respond<>(to, response);
        }

        CoordinatorEffect.Respond<R> refused(Errors error) {
            return new CoordinatorEffect.Respond<>(to, otherwise.apply(error));
        }
    }

    /** Wall clock in milliseconds since the epoch: for what is stored. */
    long nowMs() {
        return nowMs;
    }

    /** Time that this coordinator lived through, in milliseconds: for deadlines. See {@link SteadyTime}. */
    long steadyMs() {
        return steadyMs;
    }

    /** Wants the records written, all in one batch. */
    void write(List<CoordinatorRecord> records, Written then) {
        if (!records.isEmpty()) writes.add(new Write(List.copyOf(records), true, then));
    }

    /** Wants the records written, in as many batches as it takes. */
    void writeSpread(List<CoordinatorRecord> records) {
        if (!records.isEmpty()) writes.add(new Write(List.copyOf(records), false, Written.IGNORED));
    }

    /**
     * Answers, once all that was decided up to the end of this turn is committed.
     *
     * @param otherwise makes the answer for the case that it is taken back
     */
    <R> void answer(ReplyTo<R> to, R response, Function<Errors, R> otherwise) {
        answers.add(new Answer<>(to, response, otherwise));
    }

    /** Answers without waiting, for what is read from committed state only. */
    <R> void answerNow(ReplyTo<R> to, R response) {
        answeredNow.add(new CoordinatorEffect.Respond<>(to, response));
    }

    /**
     * Has this done if what was decided up to the end of this turn is taken back: for what an answer told that was never
     * heard then.
     */
    void ifTakenBack(Consumer<Turn> undo) {
        undos.add((then, failure) -> {
            if (failure.isPresent()) undo.accept(then);
        });
    }

    List<Written> undos() {
        return undos;
    }

    List<CoordinatorEffect> answeredNow() {
        return answeredNow;
    }

    List<Write> writes() {
        return writes;
    }

    List<Answer<?>> answers() {
        return answers;
    }
}
