package io.ottla.keeper.write;

import io.ottla.base.Clock;
import io.ottla.keeper.api.Result;
import java.util.ArrayDeque;
import java.util.List;

/** Who waits for which zxid. Everybody is answered in zxid order, and those who wait for the same one in the order in which they came. */
public final class Answers {
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private final Clock clock;
    private final To to;
    private int outstanding;

    /** @param isBarrier whether it waits behind the transaction, and not for what becomes of it */
    private record Waiting(long zxid, Token token, boolean isBarrier) {}

    public interface To {
        void answer(Token token, Result result);
    }

    public Answers(Clock clock, To to) {
        this.clock = clock;
        this.to = to;
    }

    /** Transactions that somebody waits for. */
    public int outstanding() {
        return outstanding;
    }

    /** What becomes of the transaction, which is the last that was prepared. */
    void expect(long zxid, Token token) {
        waiting.addLast(new Waiting(zxid, token, false));
        outstanding++;
    }

    /** Answers ({@link Result.Committed}, without results) once the last that was prepared is applied. */
    void barrier(long zxid, Token token) {
        waiting.addLast(new Waiting(zxid, token, true));
    }

    /** Answers after this call; there is no transaction to wait for. */
    public void atOnce(Token token, Result result) {
        clock.execute(() -> to.answer(token, result));
    }

    /** @param result of the transaction of that zxid */
    void applied(long zxid, Result result) {
        while (!waiting.isEmpty() && waiting.getFirst().zxid <= zxid) {
            Waiting first = waiting.removeFirst();
            if (first.isBarrier) {
                to.answer(first.token, new Result.Committed(zxid, List.of()));
            } else {
                outstanding--;
                to.answer(first.token, result);
            }
        }
    }

    /** Nothing of what is waited for will be: everybody is answered. What they ask then waits for what comes after. */
    void giveUp(Result ofTransactions, Result ofBarriers) {
        List<Waiting> all = List.copyOf(waiting);
        waiting.clear();
        outstanding = 0;
        for (Waiting each : all) to.answer(each.token, each.isBarrier ? ofBarriers : ofTransactions);
    }
}
