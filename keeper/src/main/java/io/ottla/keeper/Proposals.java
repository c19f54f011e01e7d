package io.ottla.keeper;

import static io.ottla.base.Invariant.invariant;

import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.FaultHandler;
import io.ottla.base.LineBudget;
import io.ottla.base.Outcome;
import io.ottla.zookeeperprotocol.ErrorCode;
import io.ottla.zookeeperprotocol.LoggedTxn;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of everything that changes the tree: prepared into a transaction, appended to the log, synced, applied (watchers hear of it), told to the
 * followers, answered; in this order, and in zxid order. What is prepared while a sync is under way goes into the next one together.
 */
final class Proposals {
    private static final Logger LOG = LoggerFactory.getLogger(Proposals.class);

    /** As much of the log is written and synced at once, but at least one transaction. */
    static final int BATCH_BYTES_MAX = 1 << 20;

    /** And at most so many, so that one batch is applied while the next is written. */
    static final int BATCH_TXNS_MAX = 1000;

    /** More than this in transactions waiting for the log, and requests are refused. */
    private final long waitingBytesMax;

    /** With a full disk the log is asked so often whether it has room again, and what came meanwhile is answered so late. */
    static final long NO_ROOM_PAUSE_MS = 100;

    private static final int NO_ROOM_LINES = 2;
    private static final long NO_ROOM_LINES_MS = 10_000;

    private final Disk disk;
    private final Object diskKey;
    private final Clock clock;
    private final FaultHandler faults;
    private final ZnodeTree tree;
    private final boolean isTreeOurs;
    private final RequestPreparer preparer;
    private final TxnLog log;
    private final Snapshots snapshots;
    private final Watches watches;
    private final Followers followers;
    private final TreeListener listener;
    private final ArrayDeque<Proposal> waiting = new ArrayDeque<>();
    private final ArrayDeque<Barrier> barriers = new ArrayDeque<>();
    private long waitingBytes;
    private int outstanding;
    private boolean writing;
    private long writingSinceNs;
    private Timings timings = Timings.NONE;
    private int digestMismatches;

    /** What comes while a batch is applied goes into one write, after it. */
    private boolean applying;

    private boolean rollWanted;

    private final LineBudget noRoomLines = new LineBudget(NO_ROOM_LINES, NO_ROOM_LINES_MS);

    /** Since the log had room: the requests that were refused. */
    private int refusedForRoom;

    private boolean waitsForRoom;
    private boolean failed;
    private Optional<Closing> closing = Optional.empty();
    private boolean closed;

    private record Proposal(LoggedTxn txn, byte[] entry, Consumer<Result> answer) {}

    /** Waits until that zxid is applied. */
    private record Barrier(long zxid, Consumer<Result> answer) {}

    private record Closing(Runnable closed, Consumer<IOException> failed) {}

    /** @param isTreeOurs whether nothing in it came from a disk */
    Proposals(
            Disk disk,
            Object diskKey,
            Clock clock,
            FaultHandler faults,
            ZnodeTree tree,
            boolean isTreeOurs,
            RequestPreparer preparer,
            TxnLog log,
            Snapshots snapshots,
            Watches watches,
            Followers followers,
            long waitingBytesMax) {
        this.waitingBytesMax = waitingBytesMax;
        this.disk = disk;
        this.diskKey = diskKey;
        this.clock = clock;
        this.faults = faults;
        this.tree = tree;
        this.isTreeOurs = isTreeOurs;
        this.preparer = preparer;
        this.log = log;
        this.snapshots = snapshots;
        this.watches = watches;
        this.followers = followers;
        listener = TreeListener.both(watches.listener(), followers);
        snapshots.whenBegun(() -> rollWanted = true);
    }

    /** Requests that were proposed and are not answered. */
    int outstanding() {
        return outstanding;
    }

    void timings(Timings told) {
        timings = told;
    }

    boolean isOpen() {
        return !failed && !closed && closing.isEmpty();
    }

    /** Why nothing of that many bytes can be taken now; empty if it can. */
    Optional<Result> refusal(long bytes) {
        if (failed) return Optional.of(new Result.Unknown("the disk failed"));
        if (closing.isPresent() || closed) return Optional.of(new Result.Unavailable("it is closed"));
        if (waitingBytes + bytes > waitingBytesMax)
            return Optional.of(new Result.Unavailable("more than " + waitingBytesMax + " bytes wait to be written"));
        return Optional.empty();
    }

    /** The answer comes on the loop, after this call. */
    void propose(Caller caller, int cxid, Request request, Consumer<Result> answer) {
        LoggedTxn txn = preparer.prepare(clock.nowMs(), caller, cxid, request);
        Proposal proposal = new Proposal(txn, txn.toBytes(), answer);
        waiting.addLast(proposal);
        waitingBytes += proposal.entry.length;
        outstanding++;
        if (!applying) write();
    }

    /** Answers once everything that was proposed before is applied. */
    void barrier(Consumer<Result> answer) {
        if (failed) clock.execute(() -> answer.accept(new Result.Unknown("the disk failed")));
        else if (preparer.lastZxid() == tree.lastZxid())
            clock.execute(() -> answer.accept(new Result.Committed(tree.lastZxid(), List.of())));
        else barriers.addLast(new Barrier(preparer.lastZxid(), answer));
    }

    /** Takes a snapshot of what is applied; the completion comes on the loop. */
    void takeSnapshot(Completion<SnapshotTaken> completion) {
        if (isOpen()) snapshots.take(completion);
        else completion.complete(Outcome.failed(new IOException("the service is not open")));
    }

    /** Hands the log what waits, unless it is busy. */
    private void write() {
        if (writing || waiting.isEmpty() || failed || waitsForRoom) return;
        List<Proposal> batch = new ArrayList<>();
        List<byte[]> entries = new ArrayList<>();
        int bytes = 0;
        while (!waiting.isEmpty() && batch.size() < BATCH_TXNS_MAX) {
            if (!batch.isEmpty() && bytes + waiting.getFirst().entry.length > BATCH_BYTES_MAX) break;
            Proposal next = waiting.removeFirst();
            batch.add(next);
            entries.add(next.entry);
            bytes += next.entry.length;
        }
        boolean roll = rollWanted;
        rollWanted = false;
        writing = true;
        writingSinceNs = clock.monotonicNs();
        disk.submit(
                diskKey,
                () -> {
                    if (roll) log.roll();
                    return log.append(entries, batch.getFirst().txn.zxid());
                },
                outcome -> written(batch, outcome));
    }

    private void written(List<Proposal> batch, Outcome<Long> outcome) {
        writing = false;
        switch (outcome) {
            case Outcome.Done<Long> done -> {
                timings.synced(batch.size(), (clock.monotonicNs() - writingSinceNs) / 1_000_000);
                for (Proposal proposal : batch) waitingBytes -= proposal.entry.length;
                if (refusedForRoom > 0) tellOfRoom();
                // the disk has the next batch already while this one is applied
                write();
                applying = true;
                for (int i = 0; i < batch.size(); i++) {
                    if (apply(batch.get(i), batch.subList(i, batch.size()))) continue;
                    return;
                }
                applying = false;
                int operations = 0;
                for (Proposal proposal : batch) operations += proposal.txn.operations();
                snapshots.applied(batch.size(), operations, done.value());
                write();
                finishClosing();
            }
            case Outcome.Failed<Long> failure -> {
                batch.addAll(waiting);
                waiting.clear();
                waitingBytes = 0;
                if (failure.cause() instanceof TxnLog.NoRoom noRoom) {
                    noRoom(batch, noRoom.getMessage());
                } else {
                    fail(batch, "writing the transaction log", failure.cause());
                }
            }
        }
    }

    /** Nothing of it was written, and nothing will be for a while: clients that ask again at once wait for the next try. */
    private void noRoom(List<Proposal> refused, String why) {
        if (noRoomLines.take(clock.nowMs()) >= 0)
            LOG.warn("{}: requests that change something are refused until there is room, reads are served", why);
        refusedForRoom += refused.size();
        waitsForRoom = true;
        clock.after(NO_ROOM_PAUSE_MS, this::tryAgain);
        preparer.forget();
        answerAll(refused, new Result.Unavailable(why), new Result.Committed(tree.lastZxid(), List.of()));
        finishClosing();
    }

    private void tellOfRoom() {
        if (noRoomLines.take(clock.nowMs()) < 0) return;
        LOG.info("the transaction log has room again; {} requests were refused", refusedForRoom);
        refusedForRoom = 0;
    }

    private void tryAgain() {
        waitsForRoom = false;
        write();
    }

    private void answerAll(List<Proposal> proposals, Result result, Result ofBarriers) {
        List<Barrier> behind = List.copyOf(barriers);
        barriers.clear();
        for (Proposal proposal : proposals) answer(proposal, result);
        for (Barrier barrier : behind) barrier.answer.accept(ofBarriers);
    }

    private void answer(Proposal proposal, Result result) {
        outstanding--;
        proposal.answer.accept(result);
    }

    /**
     * @param unanswered this one and those after it, should it come to that
     * @return false if that showed a fault
     */
    private boolean apply(Proposal proposal, List<Proposal> unanswered) {
        LoggedTxn txn = proposal.txn;
        try {
            watches.begin(txn.zxid());
            List<OpResult> results = tree.apply(txn, listener);
            compare(txn);
            preparer.applied(txn.zxid());
            followers.tell(txn.zxid());
            answer(proposal, result(txn.zxid(), results));
            while (!barriers.isEmpty() && barriers.getFirst().zxid <= txn.zxid())
                barriers.removeFirst().answer.accept(new Result.Committed(txn.zxid(), List.of()));
            return true;
        } catch (RuntimeException e) {
            List<Proposal> all = new ArrayList<>(unanswered);
            all.addAll(waiting);
            waiting.clear();
            fail(all, "applying transaction 0x" + Long.toHexString(txn.zxid()), e);
            return false;
        }
    }

    /**
     * A tree that this process has made all of can be foreseen, so a difference is a fault of the program. What came from a disk may be anything: a
     * difference is told, and the tree as it is holds.
     */
    private void compare(LoggedTxn txn) {
        if (txn.digestVersion() == LoggedTxn.NO_DIGEST || txn.treeDigest() == tree.digest()) return;
        invariant(!isTreeOurs, "the tree after 0x%x is not what was foreseen", txn.zxid());
        if (digestMismatches++ > 0) return;
        LOG.error(
                "the tree after 0x{} is not what was foreseen, since the data directory held what no server writes: the node goes on with it; compare it with a copy (further differences are counted in digest_mismatches_count)",
                Long.toHexString(txn.zxid()));
    }

    int digestMismatches() {
        return digestMismatches;
    }

    private static Result result(long zxid, List<OpResult> results) {
        for (int i = 0; i < results.size(); i++) {
            if (results.get(i) instanceof OpResult.Failed failed && failed.code() != ErrorCode.OK.code())
                return new Result.Refused(i, failed.code());
        }
        return new Result.Committed(zxid, results);
    }

    /** Nothing that was not synced may be acknowledged, now or later. */
    private void fail(List<Proposal> unanswered, String doing, Throwable cause) {
        failed = true;
        snapshots.abandon();
        Result unknown = new Result.Unknown(doing + ": " + cause.getMessage());
        answerAll(unanswered, unknown, unknown);
        closing.ifPresent(waits -> waits.failed.accept(new IOException(doing + ": " + cause.getMessage(), cause)));
        closing = Optional.empty();
        faults.fault(doing, cause);
    }

    /** Takes nothing more; {@code closed} or {@code failed} follows once what was taken is done. */
    void close(Runnable closed, Consumer<IOException> failed) {
        closing = Optional.of(new Closing(closed, failed));
        finishClosing();
    }

    private void finishClosing() {
        if (closing.isEmpty() || writing || !waiting.isEmpty()) return;
        Runnable then = closing.get().closed;
        closing = Optional.empty();
        closed = true;
        then.run();
    }
}
