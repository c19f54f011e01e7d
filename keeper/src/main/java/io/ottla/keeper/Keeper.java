package io.ottla.keeper;

import static io.ottla.base.Invariant.invariant;

import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.FaultHandler;
import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.zookeeperprotocol.ErrorCode;
import io.ottla.zookeeperprotocol.LoggedTxn;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The coordination service of one server. A request is prepared into a transaction, appended to the log, synced, applied, told to the
 * followers, answered: in this order, and in zxid order. What is prepared while a sync is under way goes into the next
 * one together.
 *
 * <p>Belongs to the loop. The embedded broker has a session of its own here, with the next-to-zero numbers of the server's
 * range; it ends with {@link #close}, or else at the next start, and its ephemeral nodes with it.
 */
public final class Keeper {
    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

    /** As much of the log is written and synced at once, but at least one transaction. */
    static final int BATCH_BYTES_MAX = 1 << 20;

    /** More than this in transactions waiting for the log, and requests are refused. */
    static final long WAITING_BYTES_MAX = 64L << 20;

    /** Session ids of embedded brokers: the server's number, zeros, and these lowest bits. */
    private static final int EMBEDDED_SESSIONS = 0xffff;

    private static final int EMBEDDED_TIMEOUT_MS = 30_000;

    private final KeeperOptions options;
    private final Disk disk;
    private final Clock clock;
    private final FaultHandler faults;
    private final DiskKey logKey;
    private final AutoCloseable lock;
    private final ZnodeTree tree;
    private final RequestPreparer preparer;
    private final TxnLog log;
    private final Snapshots snapshots;
    private final Followers followers = new Followers();
    private final ArrayDeque<Proposal> waiting = new ArrayDeque<>();
    private long waitingBytes;
    private boolean writing;

    /** What comes while a batch is applied goes into one write, after it. */
    private boolean applying;

    private boolean rollWanted;
    private State state = State.OPEN;
    private long session;
    private Optional<Completion<Void>> closing = Optional.empty();

    private enum State {
        OPEN,
        CLOSING,
        CLOSED,
        /** The disk failed: nothing is acknowledged any more. */
        FAILED
    }

    private record DiskKey(Path directory, String what) {}

    private record Proposal(LoggedTxn txn, byte[] entry, Consumer<Result> answer) {}

    private record Found(DataDirectory.Recovered recovered, AutoCloseable lock) {}

    /**
     * Opens the data directory, made if it is not there; recovers what it holds; ends what an embedded broker left behind.
     * Fails with a sentence for people if the directory is in use, or cannot be trusted.
     */
    public static void open(
            KeeperOptions options,
            Path dataDir,
            Disk disk,
            Clock clock,
            SeededRandom random,
            FaultHandler faults,
            Completion<Keeper> completion) {
        DataDirectory directory = new DataDirectory(disk, dataDir, random.nextLong());
        disk.submit(new DiskKey(dataDir, "log"), () -> find(directory), outcome -> {
            switch (outcome) {
                case Outcome.Failed<Found> failed -> completion.complete(Outcome.failed(failed.cause()));
                case Outcome.Done<Found> done -> {
                    for (String note : done.value().recovered.notes()) LOG.warn("{}", note);
                    new Keeper(options, dataDir, directory, done.value(), disk, clock, random, faults)
                            .begin(completion);
                }
            }
        });
    }

    private static Found find(DataDirectory directory) throws IOException {
        AutoCloseable lock = directory.lock();
        try {
            return new Found(directory.recover(), lock);
        } catch (IOException | RuntimeException e) {
            release(lock);
            throw e;
        }
    }

    private static void release(AutoCloseable lock) throws IOException {
        try {
            lock.close();
        } catch (Exception e) {
            throw new IOException("the lock of the data directory cannot be given up: " + e.getMessage(), e);
        }
    }

    private Keeper(
            KeeperOptions options,
            Path dataDir,
            DataDirectory directory,
            Found found,
            Disk disk,
            Clock clock,
            SeededRandom random,
            FaultHandler faults) {
        this.options = options;
        this.disk = disk;
        this.clock = clock;
        this.faults = faults;
        lock = found.lock;
        tree = found.recovered.tree();
        logKey = new DiskKey(dataDir, "log");
        preparer = new RequestPreparer(tree, options.ttlNodes());
        log = new TxnLog(disk, directory.path());
        snapshots = new Snapshots(
                options,
                disk,
                new DiskKey(dataDir, "snapshot"),
                directory,
                tree,
                random.split(),
                found.recovered.replayed());
    }

    /** Ends the sessions of embedded brokers that were, and begins this one's. */
    private void begin(Completion<Keeper> completion) {
        long first = (long) options.serverId() << 56;
        for (long stale : List.copyOf(tree.sessions().keySet())) {
            if (stale > first && stale <= first + EMBEDDED_SESSIONS)
                propose(stale, new Request.CloseSession(), result -> {});
        }
        session = first + 1 + Long.remainderUnsigned(preparer.lastZxid(), EMBEDDED_SESSIONS);
        propose(session, new Request.CreateSession(EMBEDDED_TIMEOUT_MS), result -> {
            if (result instanceof Result.Committed) {
                completion.complete(Outcome.done(this));
                return;
            }
            state = State.CLOSED;
            IOException why = new IOException("the broker's session could not be begun: " + result);
            disk.submit(logKey, this::closeFiles, outcome -> completion.complete(Outcome.failed(why)));
        });
    }

    /** The embedded broker's session id. */
    public long session() {
        return session;
    }

    /** Of the last transaction applied. */
    public long lastZxid() {
        return tree.lastZxid();
    }

    ZnodeTree tree() {
        return tree;
    }

    public int znodeCount() {
        return tree.nodeCount();
    }

    /** As it is committed. */
    public Optional<ZnodeView> node(String path) {
        Znode node = tree.find(path);
        return node == null ? Optional.empty() : Optional.of(ZnodeView.of(path, node));
    }

    /** The names of the children, sorted; none if the node is not there. */
    public List<String> children(String path) {
        List<String> names = new ArrayList<>();
        Znode node = tree.find(path);
        if (node != null && node.children() != null)
            for (Znode child : node.children().toArray()) names.add(child.name());
        names.sort(null);
        return names;
    }

    /**
     * Carries out the operations for the embedded broker, as one transaction: all of them at one zxid, or none. May do everything,
     * whatever the ACLs. The answer comes on the loop, after this call.
     */
    public void submit(List<Request.Op> ops, Consumer<Result> answer) {
        submit(session, ops, answer);
    }

    /** As {@link #submit(List, Consumer)}, for another session; its ephemeral nodes go with that. */
    void submit(long sessionId, List<Request.Op> ops, Consumer<Result> answer) {
        if (ops.isEmpty()) throw new IllegalArgumentException("nothing to do");
        long bytes = 0;
        for (Request.Op op : ops) bytes += sizeBytes(op);
        if (state != State.OPEN) {
            Result result = state == State.FAILED
                    ? new Result.Unknown("the disk failed")
                    : new Result.Unavailable("it is closed");
            clock.execute(() -> answer.accept(result));
        } else if (bytes > options.txnBytesMax()) {
            clock.execute(() -> answer.accept(new Result.Refused(0, ErrorCode.BAD_ARGUMENTS.code())));
        } else if (waitingBytes + bytes > WAITING_BYTES_MAX) {
            clock.execute(() -> answer.accept(
                    new Result.Unavailable("more than " + WAITING_BYTES_MAX + " bytes wait to be written")));
        } else {
            boolean alone = ops.size() == 1 && !(ops.getFirst() instanceof Request.Check);
            propose(sessionId, alone ? ops.getFirst() : new Request.Multi(List.copyOf(ops)), answer);
        }
    }

    /** At most what the operation takes in the log. */
    private static long sizeBytes(Request.Op op) {
        int fixed = 64;
        long path = op.path().length() * 3L + fixed;
        return switch (op) {
            case Request.Create create ->
                path + (create.data() == null ? 0 : create.data().length) + aclBytes(create.acl());
            case Request.SetData set -> path + (set.data() == null ? 0 : set.data().length);
            case Request.SetAcl set -> path + aclBytes(set.acl());
            case Request.Delete delete -> path;
            case Request.DeleteContainer delete -> path;
            case Request.Check check -> path;
        };
    }

    private static long aclBytes(List<io.ottla.zookeeperprotocol.Acl> acl) {
        long bytes = 0;
        for (var entry : acl)
            bytes += 12 + 3L * (entry.scheme().length() + entry.id().length());
        return bytes;
    }

    private void propose(long sessionId, Request request, Consumer<Result> answer) {
        LoggedTxn txn = preparer.prepare(clock.nowMs(), sessionId, 0, List.of(Identity.SUPER), request);
        Proposal proposal = new Proposal(txn, txn.toBytes(), answer);
        waiting.addLast(proposal);
        waitingBytes += proposal.entry.length;
        if (!applying) write();
    }

    /** Hands the log what waits, unless it is busy. */
    private void write() {
        if (writing || waiting.isEmpty() || state == State.FAILED) return;
        List<Proposal> batch = new ArrayList<>();
        List<byte[]> entries = new ArrayList<>();
        int bytes = 0;
        while (!waiting.isEmpty() && (batch.isEmpty() || bytes + waiting.getFirst().entry.length <= BATCH_BYTES_MAX)) {
            Proposal next = waiting.removeFirst();
            batch.add(next);
            entries.add(next.entry);
            bytes += next.entry.length;
        }
        boolean roll = rollWanted;
        rollWanted = false;
        writing = true;
        disk.submit(
                logKey,
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
                for (Proposal proposal : batch) waitingBytes -= proposal.entry.length;
                // the disk has the next batch already while this one is applied
                write();
                applying = true;
                for (int i = 0; i < batch.size(); i++) {
                    if (apply(batch.get(i), batch.subList(i, batch.size()))) continue;
                    return;
                }
                applying = false;
                if (snapshots.applied(batch.size(), done.value())) rollWanted = true;
                write();
                finishClosing();
            }
            case Outcome.Failed<Long> failed -> {
                batch.addAll(waiting);
                waiting.clear();
                waitingBytes = 0;
                if (failed.cause() instanceof TxnLog.NoRoom noRoom) {
                    LOG.warn("{}", noRoom.getMessage());
                    preparer.forget();
                    for (Proposal proposal : batch) proposal.answer.accept(new Result.Unavailable(noRoom.getMessage()));
                    finishClosing();
                } else {
                    fail(batch, "writing the transaction log", failed.cause());
                }
            }
        }
    }

    /**
     * @param unanswered this one and those after it, should it come to that
     * @return false if that showed a fault
     */
    private boolean apply(Proposal proposal, List<Proposal> unanswered) {
        LoggedTxn txn = proposal.txn;
        try {
            List<OpResult> results = tree.apply(txn, followers);
            invariant(
                    txn.digestVersion() == LoggedTxn.NO_DIGEST || txn.treeDigest() == tree.digest(),
                    "the tree after 0x%x is not what was foreseen",
                    txn.zxid());
            preparer.applied(txn.zxid());
            followers.tell(txn.zxid());
            proposal.answer.accept(result(txn.zxid(), results));
            return true;
        } catch (RuntimeException e) {
            List<Proposal> all = new ArrayList<>(unanswered);
            all.addAll(waiting);
            waiting.clear();
            fail(all, "applying transaction 0x" + Long.toHexString(txn.zxid()), e);
            return false;
        }
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
        state = State.FAILED;
        snapshots.abandon();
        for (Proposal proposal : unanswered)
            proposal.answer.accept(new Result.Unknown(doing + ": " + cause.getMessage()));
        closing.ifPresent(completion ->
                completion.complete(Outcome.failed(new IOException(doing + ": " + cause.getMessage(), cause))));
        closing = Optional.empty();
        faults.fault(doing, cause);
    }

    /**
     * Tells {@code follower} what is at and below {@code root}, then every committed change of it. The first call comes after this one has
     * returned.
     */
    public void follow(String root, Follower follower) {
        clock.execute(() -> followers.add(root, follower, tree));
    }

    /** Ends the broker's session and closes the files. What was submitted before is still carried out. */
    public void close(Completion<Void> completion) {
        if (state != State.OPEN) {
            Outcome<Void> outcome =
                    state == State.FAILED ? Outcome.failed(new IOException("the disk failed")) : Outcome.done(null);
            clock.execute(() -> completion.complete(outcome));
            return;
        }
        state = State.CLOSING;
        closing = Optional.of(completion);
        propose(session, new Request.CloseSession(), result -> {});
    }

    private void finishClosing() {
        if (state != State.CLOSING || writing || !waiting.isEmpty()) return;
        state = State.CLOSED;
        Completion<Void> completion = closing.orElseThrow();
        closing = Optional.empty();
        snapshots.close(() -> disk.submit(logKey, this::closeFiles, completion));
    }

    private Void closeFiles() throws IOException {
        try {
            log.close();
        } finally {
            release(lock);
        }
        return null;
    }
}
