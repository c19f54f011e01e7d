package io.ottla.partition;

import io.ottla.base.Outcome;
import io.ottla.log.InconsistentTopicId;
import io.ottla.log.Log;
import io.ottla.log.LogsClosing;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log of a replica, from the day that nobody has asked for it yet.
 *
 * <pre>
 *   unopened ──► opening ──► open
 *      ▲            │
 *      └─ a while ─ unopenable            any ──► gone
 * </pre>
 */
final class ReplicaLog {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaLog.class);

    /** How many requests may wait for one log to be opened. */
    static final int WAITING_MAX = 10_000;

    /** After a failure to open the log, requests are refused for so long before it is tried again. */
    static final long RETRY_MS = 1000;

    /** Opens the log; the outcome comes later. */
    @FunctionalInterface
    interface Opener {
        void open(Consumer<Outcome<Log>> outcome);
    }

    private sealed interface State {
        record Unopened() implements State {}

        record Opening(ArrayDeque<Runnable> waiting) implements State {}

        record Open(Log log) implements State {}

        /** It could not be opened, for a reason that may pass (a full disk). Not tried again before that time. */
        record Unopenable(Errors error, long untilMs) implements State {}

        /** The log directory has failed, the replica is no longer this node's, or the node stops. */
        record Gone() implements State {}
    }

    private final String name;
    private final Opener opener;
    private final Consumer<Optional<Log>> decided;
    private final LongSupplier monotonicMs;
    private State state = new State.Unopened();
    /** Why it could not be opened the last time. */
    private String told = "";

    /**
     * @param name for messages
     * @param decided is told when the log is open, or could not be opened; before those who wait for it
     */
    ReplicaLog(String name, Opener opener, Consumer<Optional<Log>> decided, LongSupplier monotonicMs) {
        this.name = name;
        this.opener = opener;
        this.decided = decided;
        this.monotonicMs = monotonicMs;
    }

    boolean isOpen() {
        return state instanceof State.Open;
    }

    Optional<Log> ifOpen() {
        return state instanceof State.Open(Log log) ? Optional.of(log) : Optional.empty();
    }

    Log get() {
        if (state instanceof State.Open(Log log)) return log;
        throw new IllegalStateException("invariant broken: the log of " + name + " is used unopened");
    }

    /** What speaks against using it, now or once it is open. */
    Errors error() {
        return switch (state) {
            case State.Gone() -> Errors.NOT_LEADER_OR_FOLLOWER;
            case State.Unopenable(Errors error, long untilMs) ->
                monotonicMs.getAsLong() < untilMs ? error : Errors.NONE;
            case State.Unopened() -> Errors.NONE;
            case State.Opening(var waiting) -> Errors.NONE;
            case State.Open(Log log) -> Errors.NONE;
        };
    }

    /** See {@link Replica#whenOpen}. */
    boolean whenOpen(Runnable then) {
        if (state instanceof State.Unopenable && error() == Errors.NONE) state = new State.Unopened();
        switch (state) {
            case State.Opening(ArrayDeque<Runnable> waiting) -> {
                if (waiting.size() >= WAITING_MAX) return false;
                waiting.add(then);
            }
            case State.Unopened() -> {
                ArrayDeque<Runnable> waiting = new ArrayDeque<>(2);
                waiting.add(then);
                state = new State.Opening(waiting);
                opener.open(this::opened);
            }
            case State.Open(Log log) -> then.run();
            case State.Unopenable(Errors error, long untilMs) -> then.run();
            case State.Gone() -> then.run();
        }
        return true;
    }

    private void opened(Outcome<Log> outcome) {
        // the replica may have been removed, or its directory have failed, while the disk was at it
        if (!(state instanceof State.Opening(ArrayDeque<Runnable> waiting))) return;
        switch (outcome) {
            case Outcome.Done<Log>(Log log) -> {
                state = new State.Open(log);
                told = "";
                decided.accept(Optional.of(log));
            }
            case Outcome.Failed<Log>(LogsClosing stopping) -> {
                state = new State.Gone();
                decided.accept(Optional.empty());
            }
            case Outcome.Failed<Log>(IOException cause) -> {
                tell(cause.toString());
                Errors error = cause instanceof InconsistentTopicId
                        ? Errors.INCONSISTENT_TOPIC_ID
                        : Errors.KAFKA_STORAGE_ERROR;
                state = new State.Unopenable(error, monotonicMs.getAsLong() + RETRY_MS);
                decided.accept(Optional.empty());
            }
        }
        runAll(waiting);
    }

    /** Once, not with each attempt of its clients. */
    private void tell(String why) {
        if (!why.equals(told)) LOG.error("the log of {} cannot be opened: {}", name, why);
        told = why;
    }

    /** It is not to be used any more. Those who wait are let run, and will find so. */
    void abandon() {
        State before = state;
        state = new State.Gone();
        if (before instanceof State.Opening(ArrayDeque<Runnable> waiting)) runAll(waiting);
    }

    private static void runAll(ArrayDeque<Runnable> waiting) {
        while (!waiting.isEmpty()) waiting.remove().run();
    }
}
