package io.ottla.keeper;

import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.ClientAnswers;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.api.Result;
import io.ottla.keeper.api.SessionAnswer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/** Asks a keeper for clients and for the broker alike, and knows who waits for which answer. Connections are any numbers, 0 or above. */
public final class TestAsker implements ClientAnswers {
    private static final Map<Keeper, TestAsker> BY_KEEPER = new WeakHashMap<>();

    private final Keeper keeper;
    private final Map<Long, Consumer<Result>> waiting = new HashMap<>();
    private final Map<Long, ArrayDeque<Consumer<SessionAnswer>>> opening = new HashMap<>();
    private LongConsumer onExpired = sessionId -> {};
    private long requests;

    private TestAsker(Keeper keeper) {
        this.keeper = keeper;
        keeper.clients(this);
        keeper.broker(this::answered);
    }

    /** The one of that keeper. */
    public static TestAsker of(Keeper keeper) {
        return BY_KEEPER.computeIfAbsent(keeper, TestAsker::new);
    }

    public void submit(List<Request.Op> ops, Consumer<Result> answer) {
        keeper.submit(waits(answer), ops);
    }

    public void submit(Caller caller, int cxid, Request request, Consumer<Result> answer) {
        keeper.submit(caller, waits(answer), cxid, request);
    }

    void sync(Consumer<Result> answer) {
        keeper.sync(0, waits(answer));
    }

    void closeSession(Caller caller, int cxid, Consumer<Result> answer) {
        keeper.closeSession(caller, waits(answer), cxid);
    }

    private long waits(Consumer<Result> answer) {
        waiting.put(++requests, answer);
        return requests;
    }

    void createSession(int timeoutMs, long connection, Consumer<SessionAnswer> answer) {
        opens(connection, answer);
        keeper.createSession(timeoutMs, connection);
    }

    void resumeSession(
            long sessionId, byte[] password, int timeoutMs, long connection, Consumer<SessionAnswer> answer) {
        opens(connection, answer);
        keeper.resumeSession(sessionId, password, timeoutMs, connection);
    }

    private void opens(long connection, Consumer<SessionAnswer> answer) {
        opening.computeIfAbsent(connection, absent -> new ArrayDeque<>()).add(answer);
    }

    void onExpired(LongConsumer listener) {
        onExpired = listener;
    }

    private void answered(long request, Result result) {
        waiting.remove(request).accept(result);
    }

    @Override
    public void answered(long connection, long request, Result result) {
        answered(request, result);
    }

    @Override
    public void session(long connection, SessionAnswer answer) {
        opening.get(connection).remove().accept(answer);
    }

    @Override
    public void expired(long sessionId) {
        onExpired.accept(sessionId);
    }
}
