package io.ottla.keeper;

import io.ottla.base.Clock;
import io.ottla.base.Core;
import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.api.Result;
import io.ottla.keeper.api.SessionAnswer;
import io.ottla.keeper.write.Pipeline;
import io.ottla.keeper.write.RequestPreparer;
import io.ottla.keeper.write.SessionOwners;
import io.ottla.keeper.write.Token;
import io.ottla.zookeeperprotocol.CreateMode;
import io.ottla.zookeeperprotocol.ErrorCode;
import java.util.List;
import java.util.Optional;

/**
 * The sessions of clients: begun, gone on with after a lost connection, ended by the client or by silence (SessionTrackerImpl of the original). Each is in
 * the tree by a transaction, unless sessions are local; after a start those of the tree have their whole timeout again.
 */
final class Sessions {
    /** So many are ended between two other events of the loop: some milliseconds. */
    private static final int ENDED_AT_ONCE = 500;

    private final KeeperOptions.Sessions options;
    private final Clock clock;
    private final RequestPreparer preparer;
    private final Pipeline pipeline;
    private final SessionOwners owners;
    private final SessionIds ids;
    private final SessionExpiry expiry;
    private Optional<Clock.Timer> timer = Optional.empty();
    private long timerMs = Core.NO_DEADLINE;
    private boolean stopped;

    Sessions(KeeperOptions options, Clock clock, RequestPreparer preparer, Pipeline pipeline, SessionOwners owners) {
        this.options = options.sessions();
        this.clock = clock;
        this.preparer = preparer;
        this.pipeline = pipeline;
        this.owners = owners;
        ids = new SessionIds(options.serverId(), clock.nowMs());
        expiry = new SessionExpiry(options.sessions().tickTimeMs());
    }

    private long monotonicMs() {
        return clock.monotonicNs() / 1_000_000;
    }

    /** One that the tree has from before the start. */
    void known(long sessionId, int timeoutMs) {
        ids.taken(sessionId);
        expiry.track(sessionId, timeoutMs, monotonicMs());
        arm();
    }

    /** The answer, where nothing has to be waited for; else {@link #begun} has it. */
    Optional<SessionAnswer> create(int wantedTimeoutMs, long connection) {
        int timeoutMs = SessionExpiry.negotiated(wantedTimeoutMs, options.timeoutMinMs(), options.timeoutMaxMs());
        Optional<Result> refusal = pipeline.refusal(0);
        if (refusal.isPresent()) return Optional.of(unavailable(refusal.get()));
        long sessionId = ids.next();
        owners.own(sessionId, connection);
        expiry.track(sessionId, timeoutMs, monotonicMs());
        arm();
        if (options.local() != KeeperOptions.LocalSessions.OFF) {
            preparer.beginLocal(sessionId);
            return Optional.of(opened(sessionId, timeoutMs));
        }
        pipeline.propose(
                Caller.server(sessionId),
                0,
                new Request.CreateSession(timeoutMs),
                new Token.SessionBegins(sessionId, connection, timeoutMs));
        return Optional.empty();
    }

    private static SessionAnswer opened(long sessionId, int timeoutMs) {
        return new SessionAnswer.Opened(sessionId, SessionIds.password(sessionId), timeoutMs);
    }

    SessionAnswer begun(Token.SessionBegins begins, Result result) {
        if (result instanceof Result.Committed) return opened(begins.sessionId(), begins.timeoutMs());
        drop(begins.sessionId());
        return unavailable(result);
    }

    private static SessionAnswer unavailable(Result result) {
        return new SessionAnswer.Unavailable(
                switch (result) {
                    case Result.Unavailable unavailable -> unavailable.why();
                    case Result.Unknown unknown -> unknown.why();
                    case Result.Refused refused -> "the session was refused: " + refused.code();
                    case Result.Committed committed ->
                        throw new IllegalStateException("committed, and yet not begun: " + committed);
                });
    }

    SessionAnswer resume(long sessionId, byte[] password, int wantedTimeoutMs, long connection) {
        if (!SessionIds.matches(sessionId, password) || !expiry.touch(sessionId, monotonicMs()))
            return new SessionAnswer.Expired();
        int timeoutMs = SessionExpiry.negotiated(wantedTimeoutMs, options.timeoutMinMs(), options.timeoutMaxMs());
        owners.own(sessionId, connection);
        expiry.track(sessionId, timeoutMs, monotonicMs());
        arm();
        return new SessionAnswer.Opened(sessionId, password, timeoutMs);
    }

    boolean touch(long sessionId) {
        return expiry.touch(sessionId, monotonicMs());
    }

    /** What is wrong with the session of a caller who reads, if anything is. */
    Optional<ErrorCode> fault(Caller caller) {
        return preparer.readFault(caller);
    }

    /** Why the caller's session cannot be ended now; empty if it is being ended, and {@link #ended} follows. */
    Optional<Result> close(Caller caller, int cxid, Token.Asked asked) {
        long sessionId = caller.sessionId();
        if (owners.moved(sessionId, caller.connection()))
            return Optional.of(new Result.Refused(0, ErrorCode.SESSION_MOVED.code()));
        Optional<Result> refusal = pipeline.refusal(0);
        if (refusal.isEmpty()) end(sessionId, cxid, Optional.of(asked));
        return refusal;
    }

    private void end(long sessionId, int cxid, Optional<Token.Asked> asked) {
        Token ends = new Token.SessionEnds(sessionId, asked);
        if (preparer.isLocal(sessionId)) {
            preparer.endLocal(sessionId);
            drop(sessionId);
            pipeline.barrier(ends);
            return;
        }
        expiry.closing(sessionId);
        pipeline.propose(Caller.server(sessionId), cxid, new Request.CloseSession(), ends);
    }

    void ended(Token.SessionEnds ends, Result result) {
        if (result instanceof Result.Committed) drop(ends.sessionId());
        else expiry.reopen(ends.sessionId(), monotonicMs());
        arm();
    }

    private void drop(long sessionId) {
        expiry.remove(sessionId);
        owners.forget(sessionId);
    }

    /** A local session that wants an ephemeral node becomes one of the tree first, where that is allowed. */
    void upgradeFor(long sessionId, Request request) {
        if (options.local() != KeeperOptions.LocalSessions.UPGRADING
                || !preparer.isLocal(sessionId)
                || !createsEphemeral(request)) return;
        preparer.endLocal(sessionId);
        int timeoutMs = (int) expiry.timeoutMs(sessionId);
        pipeline.propose(
                Caller.server(sessionId),
                0,
                new Request.CreateSession(timeoutMs),
                new Token.SessionUpgraded(sessionId));
    }

    void upgraded(Token.SessionUpgraded upgraded, Result result) {
        if (!(result instanceof Result.Committed)) preparer.beginLocal(upgraded.sessionId());
    }

    private static boolean createsEphemeral(Request request) {
        return switch (request) {
            case Request.Create create ->
                CreateMode.fromFlag(create.flags()).map(CreateMode::ephemeral).orElse(false);
            case Request.Multi multi -> multi.ops().stream().anyMatch(Sessions::createsEphemeral);
            default -> false;
        };
    }

    int localCount() {
        return preparer.localCount();
    }

    /** Session ids by the time at which they expire unless they are heard of, in milliseconds of {@link Clock#monotonicNs}. */
    java.util.SortedMap<Long, List<Long>> byExpiry() {
        return expiry.byExpiry();
    }

    private void arm() {
        long nextMs = expiry.nextDeadlineMs();
        if (stopped || nextMs >= timerMs) return;
        timer.ifPresent(Clock.Timer::cancel);
        timerMs = nextMs;
        timer = Optional.of(clock.after(Math.max(0, nextMs - monotonicMs()), this::tick));
    }

    private void tick() {
        timer = Optional.empty();
        timerMs = Core.NO_DEADLINE;
        expire(expiry.expired(monotonicMs()));
    }

    private void expire(List<Long> expired) {
        if (stopped) return;
        for (long sessionId : expired.subList(0, Math.min(ENDED_AT_ONCE, expired.size())))
            end(sessionId, 0, Optional.empty());
        // the rest after what else has come
        if (expired.size() > ENDED_AT_ONCE) clock.execute(() -> expire(expired.subList(ENDED_AT_ONCE, expired.size())));
        else arm();
    }

    /** Nobody expires any more. */
    void stop() {
        stopped = true;
        timer.ifPresent(Clock.Timer::cancel);
        timer = Optional.empty();
    }
}
