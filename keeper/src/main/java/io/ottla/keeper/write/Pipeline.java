package io.ottla.keeper.write;

import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.FaultHandler;
import io.ottla.base.Outcome;
import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.api.Result;
import io.ottla.keeper.files.Proposal;
import io.ottla.keeper.files.Snapshots;
import io.ottla.keeper.files.TxnLog;
import io.ottla.zookeeperprotocol.LoggedTxn;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The way of everything that changes the tree, and the only class that knows its stages:
 *
 * <pre>
 * propose ─▶ {@link RequestPreparer} ─▶ {@link Broadcast} ─append▶ {@link Journal}
 *                                  ▲    │                     │
 *                                  └────│──────durable────────┘
 *                                       └─commit▶ {@link Applier} ─▶ {@link Answers}
 * </pre>
 *
 * They hand each other values ({@link Proposal}, zxids, {@link Result}), and everything in zxid order. What stands before the broadcast is what a leader
 * does; what stands behind it, every server.
 */
public final class Pipeline implements Broadcast.Delivery {
    private static final Result UNKNOWN = new Result.Unknown("the disk failed");

    private final Clock clock;
    private final FaultHandler faults;
    private final RequestPreparer preparer;
    private final Broadcast broadcast;
    private final Journal journal;
    private final Applier applier;
    private final Answers answers;
    private final CommittedLog committed;
    private final Snapshots snapshots;

    /** Appended and not applied. */
    private final ArrayDeque<Proposal> uncommitted = new ArrayDeque<>();

    private long uncommittedBytes;

    /** More than this appended and not applied, and requests are refused. */
    private final long uncommittedBytesMax;

    private boolean failed;
    private Optional<Completion<Void>> closing = Optional.empty();
    private boolean closed;

    /** @param quorum makes the broadcast, which tells this pipeline */
    public Pipeline(
            Clock clock,
            FaultHandler faults,
            RequestPreparer preparer,
            Function<Broadcast.Delivery, Broadcast> quorum,
            Journal journal,
            Applier applier,
            Answers answers,
            CommittedLog committed,
            Snapshots snapshots,
            long uncommittedBytesMax) {
        this.clock = clock;
        this.faults = faults;
        this.preparer = preparer;
        this.journal = journal;
        this.applier = applier;
        this.answers = answers;
        this.committed = committed;
        this.snapshots = snapshots;
        this.uncommittedBytesMax = uncommittedBytesMax;
        broadcast = quorum.apply(this);
        journal.tells(this::told);
        snapshots.whenBegun(journal::roll);
    }

    public boolean isOpen() {
        return !failed && !closed && closing.isEmpty();
    }

    /** Why nothing of that many bytes can be taken now; empty if it can. */
    public Optional<Result> refusal(long bytes) {
        if (failed) return Optional.of(UNKNOWN);
        if (closing.isPresent() || closed) return Optional.of(new Result.Unavailable("it is closed"));
        if (uncommittedBytes + bytes > uncommittedBytesMax)
            return Optional.of(
                    new Result.Unavailable("more than " + uncommittedBytesMax + " bytes wait to be written"));
        return Optional.empty();
    }

    /** The answer comes on the loop, after this call. */
    public void propose(Caller caller, int cxid, Request request, Token token) {
        if (failed) {
            answers.atOnce(token, UNKNOWN);
            return;
        }
        LoggedTxn txn = preparer.prepare(clock.nowMs(), caller, cxid, request);
        answers.expect(txn.zxid(), token);
        broadcast.propose(Proposal.of(txn));
    }

    /** Answers once everything that was proposed before is applied. */
    public void barrier(Token token) {
        if (failed) answers.atOnce(token, UNKNOWN);
        else if (preparer.lastZxid() == applier.lastZxid())
            answers.atOnce(token, new Result.Committed(applier.lastZxid(), List.of()));
        else answers.barrier(preparer.lastZxid(), token);
    }

    // ---- what the broadcast delivers ----

    @Override
    public void append(Proposal proposal) {
        uncommitted.addLast(proposal);
        uncommittedBytes += proposal.bytes().length;
        journal.append(proposal);
    }

    @Override
    public void commit(long zxid) {
        int txns = 0;
        int operations = 0;
        long logBytes = 0;
        while (!uncommitted.isEmpty() && uncommitted.getFirst().zxid() <= zxid) {
            Proposal next = uncommitted.removeFirst();
            uncommittedBytes -= next.bytes().length;
            if (!apply(next.txn())) return;
            committed.add(next);
            txns++;
            operations += next.txn().operations();
            logBytes += TxnLog.recordBytes(next);
        }
        snapshots.applied(txns, operations, logBytes);
        finishClosing();
    }

    /** @return false if that showed a fault */
    private boolean apply(LoggedTxn txn) {
        try {
            Result result = applier.apply(txn);
            preparer.applied(txn.zxid());
            answers.applied(txn.zxid(), result);
            return true;
        } catch (RuntimeException e) {
            fail("applying transaction 0x" + Long.toHexString(txn.zxid()), e);
            return false;
        }
    }

    @Override
    public void withdraw(String why) {
        forgetUncommitted();
        preparer.forget();
        answers.giveUp(new Result.Unavailable(why), new Result.Committed(applier.lastZxid(), List.of()));
        finishClosing();
    }

    private void forgetUncommitted() {
        uncommitted.clear();
        uncommittedBytes = 0;
    }

    // ---- what the journal tells ----

    private void told(Journal.Event event) {
        if (failed) return;
        switch (event) {
            case Journal.Event.Durable(long zxid) -> {
                broadcast.durable(zxid);
                finishClosing();
            }
            case Journal.Event.NoRoom(String why) -> broadcast.unwritten(why);
            case Journal.Event.Failed(IOException cause) -> fail("writing the transaction log", cause);
        }
    }

    /** Nothing that was not synced may be acknowledged, now or later. */
    private void fail(String doing, Throwable cause) {
        failed = true;
        snapshots.abandon();
        forgetUncommitted();
        String why = doing + ": " + cause.getMessage();
        Result unknown = new Result.Unknown(why);
        answers.giveUp(unknown, unknown);
        closing.ifPresent(waits -> waits.complete(Outcome.failed(new IOException(why, cause))));
        closing = Optional.empty();
        faults.fault(doing, cause);
    }

    /** Takes nothing more; the completion comes once what was taken is done. */
    public void close(Completion<Void> completion) {
        closing = Optional.of(completion);
        finishClosing();
    }

    /** What is committed elsewhere may be applied before it is durable here. */
    private void finishClosing() {
        if (closing.isEmpty() || !uncommitted.isEmpty() || !journal.isIdle()) return;
        Completion<Void> completion = closing.get();
        closing = Optional.empty();
        closed = true;
        completion.complete(Outcome.done(null));
    }
}
