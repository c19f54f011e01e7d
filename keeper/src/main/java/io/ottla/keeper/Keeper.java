package io.ottla.keeper;

import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.FaultHandler;
import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The coordination service of one server: what its parts are to whoever uses it. Changes go through {@link Proposals}, reads through {@link Reads}.
 *
 * <p>Belongs to the loop. The embedded broker has a session of its own here, with the next-to-zero numbers of the server's
 * range; it ends with {@link #close}, or else at the next start, and its ephemeral nodes with it.
 */
public final class Keeper {
    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

    /** Session ids of embedded brokers: the server's number, zeros, and these lowest bits. */
    private static final int EMBEDDED_SESSIONS = 0xffff;

    private static final int EMBEDDED_TIMEOUT_MS = 30_000;

    /** A client that goes beyond a quota does so often. */
    private static final long QUOTA_WARNING_INTERVAL_NS = 10_000_000_000L;

    private final KeeperOptions options;
    private final Disk disk;
    private final Clock clock;
    private final DiskKey logKey;
    private final AutoCloseable lock;
    private final ZnodeTree tree;
    private final RequestPreparer preparer;
    private final TxnLog log;
    private final Snapshots snapshots;
    private final Followers followers = new Followers();
    private final Watches watches;
    private final Proposals proposals;
    private final Sessions sessions;
    private final Reads reads;
    private final Cleaner cleaner;
    private final int digestMismatches;
    private final int replayed;
    private final long recoveryMs;
    private final boolean isNew;
    private boolean warnedOfQuota;
    private long warnedNs;
    private long session;

    private record DiskKey(Path directory, String what) {}

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
        open(options, dataDir, dataDir, disk, clock, random, faults, completion);
    }

    /**
     * As the other, with the transaction log in a directory of its own.
     *
     * @param dataLogDir the same as {@code dataDir}, or one that has no snapshots, while the other has no logs
     */
    public static void open(
            KeeperOptions options,
            Path dataDir,
            Path dataLogDir,
            Disk disk,
            Clock clock,
            SeededRandom random,
            FaultHandler faults,
            Completion<Keeper> completion) {
        DataDirectory directory = new DataDirectory(disk, dataDir, dataLogDir, random.nextLong());
        long sinceNs = clock.monotonicNs();
        disk.submit(new DiskKey(dataDir, "log"), () -> find(directory), outcome -> {
            switch (outcome) {
                case Outcome.Failed<Found> failed -> completion.complete(Outcome.failed(failed.cause()));
                case Outcome.Done<Found> done -> {
                    for (String note : done.value().recovered.notes()) LOG.warn("{}", note);
                    new Keeper(options, dataDir, directory, done.value(), sinceNs, disk, clock, random, faults)
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

    static void release(AutoCloseable lock) throws IOException {
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
            long sinceNs,
            Disk disk,
            Clock clock,
            SeededRandom random,
            FaultHandler faults) {
        this.options = options;
        this.disk = disk;
        this.clock = clock;
        lock = found.lock;
        tree = found.recovered.tree();
        replayed = found.recovered.replayed();
        recoveryMs = (clock.monotonicNs() - sinceNs) / 1_000_000;
        isNew = tree.lastZxid() == 0;
        if (isNew) LOG.info("the tree in {} is new", dataDir);
        else
            LOG.info(
                    "the tree in {} is open after {} ms: {} znodes, {} sessions, up to 0x{}, of which {} transactions were"
                            + " replayed",
                    dataDir,
                    recoveryMs,
                    tree.nodeCount(),
                    tree.sessions().size(),
                    Long.toHexString(tree.lastZxid()),
                    replayed);
        digestMismatches = found.recovered.digestMismatches();
        logKey = new DiskKey(dataDir, "log");
        SessionOwners owners = new SessionOwners();
        preparer = new RequestPreparer(tree, options.nodes(), owners);
        preparer.onExcess(this::warn);
        log = new TxnLog(disk, directory.logs());
        snapshots = new Snapshots(
                options.storage(),
                options.held().snapshotAheadBytes(),
                clock,
                disk,
                new DiskKey(dataDir, "snapshot"),
                directory,
                tree,
                random.split(),
                found.recovered);
        watches = new Watches(options.watching(), tree, random.nextLong());
        proposals = new Proposals(
                disk,
                logKey,
                clock,
                faults,
                tree,
                found.recovered.isFresh(),
                preparer,
                log,
                snapshots,
                watches,
                followers,
                options.held().proposalBytes());
        sessions = new Sessions(options, clock, preparer, proposals, owners);
        reads = new Reads(tree, sessions, watches);
        cleaner = new Cleaner(options.nodes(), clock, tree, proposals);
    }

    private void warn(Quotas.Excess excess) {
        long nowNs = clock.monotonicNs();
        if (warnedOfQuota && nowNs - warnedNs < QUOTA_WARNING_INTERVAL_NS) return;
        warnedOfQuota = true;
        warnedNs = nowNs;
        LOG.warn("{}", excess);
    }

    /** Ends the sessions of embedded brokers that were, begins this one's, and waits for the clients of the others. */
    private void begin(Completion<Keeper> completion) {
        long first = (long) options.serverId() << 56;
        for (Map.Entry<Long, Integer> known : List.copyOf(tree.sessions().entrySet())) {
            long id = known.getKey();
            if (id > first && id <= first + EMBEDDED_SESSIONS)
                proposals.propose(Caller.server(id), 0, new Request.CloseSession(), result -> {});
            else sessions.known(id, known.getValue());
        }
        // a snapshot that the original took while sessions ended may have their nodes, and no log behind it that takes
        // them away
        for (long owner : tree.owned().ephemeralsBySession().keySet()) {
            if (!tree.sessions().containsKey(owner))
                proposals.propose(Caller.server(owner), 0, new Request.CloseSession(), result -> {});
        }
        session = first + 1 + Long.remainderUnsigned(preparer.lastZxid(), EMBEDDED_SESSIONS);
        proposals.propose(Caller.server(session), 0, new Request.CreateSession(EMBEDDED_TIMEOUT_MS), result -> {
            if (result instanceof Result.Committed) {
                cleaner.start();
                completion.complete(Outcome.done(this));
                return;
            }
            IOException why = new IOException("the broker's session could not be begun: " + why(result));
            sessions.stop();
            proposals.close(
                    () -> disk.submit(logKey, this::closeFiles, outcome -> completion.complete(Outcome.failed(why))),
                    cause -> completion.complete(Outcome.failed(cause)));
        });
    }

    private static String why(Result result) {
        return switch (result) {
            case Result.Unavailable(String why) -> why;
            case Result.Unknown(String why) -> why;
            case Result.Refused refused -> refused.toString();
            case Result.Committed committed -> committed.toString();
        };
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

    /** As it is committed. */
    public Optional<ZnodeView> node(String path) {
        Znode node = tree.find(path);
        return node == null ? Optional.empty() : Optional.of(ZnodeView.of(path, node));
    }

    /** The names of the children, sorted; none if the node is not there. */
    public List<String> children(String path) {
        Znode node = tree.find(path);
        List<String> names = node == null ? new ArrayList<>() : node.childNames();
        names.sort(null);
        return names;
    }

    /** What clients read. */
    public Reads reads() {
        return reads;
    }

    public Watches watches() {
        return watches;
    }

    /**
     * Carries out the operations for the embedded broker, as one transaction: all of them at one zxid, or none. May do everything,
     * whatever the ACLs. The answer comes on the loop, after this call.
     */
    public void submit(List<Request.Op> ops, Consumer<Result> answer) {
        if (ops.isEmpty()) throw new IllegalArgumentException("nothing to do");
        boolean alone = ops.size() == 1 && !(ops.getFirst() instanceof Request.Check);
        Request request = alone ? ops.getFirst() : new Request.Multi(List.copyOf(ops));
        submit(Caller.server(session), 0, request, options.requestBytesMax(), answer);
    }

    /**
     * Carries out a client's request. The answer comes on the loop, after this call, in the order of the zxids; what watchers are told of it comes before.
     * A session that is not the caller's is an error like any other ({@link Result.Refused}).
     *
     * @param cxid the client's own number for its request
     */
    public void submit(Caller caller, int cxid, Request request, Consumer<Result> answer) {
        submit(caller, cxid, request, 2L * options.requestBytesMax(), answer);
    }

    private void submit(Caller caller, int cxid, Request request, long bytesMax, Consumer<Result> answer) {
        long bytes = RequestSize.of(request, caller);
        Optional<Result> refusal = bytes > bytesMax
                ? Optional.of(new Result.Refused(0, ErrorCode.BAD_ARGUMENTS.code()))
                : proposals.refusal(bytes);
        if (refusal.isPresent()) {
            clock.execute(() -> answer.accept(refusal.get()));
            return;
        }
        sessions.upgradeFor(caller.sessionId(), request);
        proposals.propose(caller, cxid, request, answer);
    }

    /** Answers ({@link Result.Committed}, with no results) once everything that was submitted before is applied. */
    public void sync(Consumer<Result> answer) {
        proposals.barrier(answer);
    }

    /**
     * Begins a session.
     *
     * @param wantedTimeoutMs what the client asks for; it gets what is nearest within the bounds
     * @param connection for {@link Caller#connection}
     */
    public void createSession(int wantedTimeoutMs, Object connection, Consumer<SessionAnswer> answer) {
        sessions.create(wantedTimeoutMs, connection, answer);
    }

    /**
     * Goes on with a session over another connection: from this call on what still comes over the one before is refused. The
     * timeout is negotiated anew.
     */
    public void resumeSession(
            long sessionId, byte[] password, int wantedTimeoutMs, Object connection, Consumer<SessionAnswer> answer) {
        sessions.resume(sessionId, password, wantedTimeoutMs, connection, answer);
    }

    /** Ends the session, and its ephemeral nodes with it. */
    public void closeSession(Caller caller, int cxid, Consumer<Result> answer) {
        sessions.close(caller, cxid, answer);
    }

    /**
     * The session was heard of.
     *
     * @return false if it has expired, or ends
     */
    public boolean touch(long sessionId) {
        return sessions.touch(sessionId);
    }

    /** Told each session that ended because it was silent, after watchers were told of its nodes. One listener. */
    public void onExpired(LongConsumer listener) {
        sessions.onExpired(listener);
    }

    /**
     * Tells {@code follower} what is at and below {@code root}, then every committed change of it. The first call comes after this one has
     * returned.
     */
    public void follow(String root, Follower follower) {
        clock.execute(() -> followers.add(root, follower, tree));
    }

    public int znodeCount() {
        return tree.nodeCount();
    }

    public int ephemeralCount() {
        return tree.owned().ephemeralCount();
    }

    /** Of paths and data together, without what it takes to hold them: the sum that the original gives, in characters and bytes. */
    public long approximateDataSize() {
        return tree.dataSize();
    }

    /** Sessions in the tree. */
    public int globalSessionCount() {
        return tree.sessions().size();
    }

    public int localSessionCount() {
        return sessions.localCount();
    }

    /** Requests that change something, submitted and not yet answered. */
    public int outstanding() {
        return proposals.outstanding();
    }

    /** Takes a snapshot beside what goes on, after the one that is under way. The completion comes on the loop. */
    public void takeSnapshot(Completion<SnapshotTaken> completion) {
        proposals.takeSnapshot(completion);
    }

    /** Whether the ACL of a node grants all permissions, each to one of those names. */
    public boolean grantsAll(String path, List<Identity> callers) {
        Znode node = tree.find(path);
        if (node == null) return false;
        for (int perm = 1; perm <= Acl.ALL; perm <<= 1)
            if (!AclCheck.allows(tree.acl(node), perm, callers)) return false;
        return true;
    }

    /** The digest of the tree ({@code hash} of the four-letter words). */
    public long digest() {
        return tree.digest();
    }

    /**
     * How often the tree was not what it should have been: at the start what the transaction log says that it was (0, or 1 and then it was no longer
     * compared), and since then what was foreseen.
     */
    public int digestMismatches() {
        return digestMismatches + proposals.digestMismatches();
    }

    /** The sessions in the tree, with their timeouts in milliseconds. */
    public Map<Long, Integer> sessions() {
        return Map.copyOf(tree.sessions());
    }

    /** Session ids by when they expire unless they are heard of, in milliseconds of {@link Clock#monotonicNs}. */
    public SortedMap<Long, List<Long>> sessionsByExpiry() {
        return sessions.byExpiry();
    }

    /** The ephemeral nodes of each session that has some. */
    public SortedMap<Long, List<String>> ephemeralsBySession() {
        return tree.owned().ephemeralsBySession();
    }

    /** Tells how long the disk takes. One listener. */
    public void timings(Timings told) {
        proposals.timings(told);
        snapshots.timings(told);
    }

    /** Whether nothing was found where the data should be. */
    public boolean isNew() {
        return isNew;
    }

    /** How many transactions the start took from the log, beyond its snapshot. */
    public int replayed() {
        return replayed;
    }

    /** How long the start took to find the state in the data directory. */
    public long recoveryMs() {
        return recoveryMs;
    }

    /** Ends the broker's session and closes the files. What was submitted before is still carried out. Other sessions go on with the next start. */
    public void close(Completion<Void> completion) {
        Optional<Result> refusal = proposals.refusal(0);
        if (refusal.isPresent() && !proposals.isOpen()) {
            Outcome<Void> outcome = refusal.get() instanceof Result.Unknown
                    ? Outcome.failed(new IOException("the disk failed"))
                    : Outcome.done(null);
            clock.execute(() -> completion.complete(outcome));
            return;
        }
        sessions.stop();
        cleaner.stop();
        proposals.propose(Caller.server(session), 0, new Request.CloseSession(), result -> {});
        proposals.close(
                () -> snapshots.close(() -> disk.submit(logKey, this::closeFiles, completion)),
                cause -> completion.complete(Outcome.failed(cause)));
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
