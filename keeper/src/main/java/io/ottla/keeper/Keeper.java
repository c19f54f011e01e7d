package io.ottla.keeper;

import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.FaultHandler;
import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.keeper.api.BrokerAnswers;
import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.ClientAnswers;
import io.ottla.keeper.api.Follower;
import io.ottla.keeper.api.Identity;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.api.Result;
import io.ottla.keeper.api.SessionAnswer;
import io.ottla.keeper.api.SnapshotTaken;
import io.ottla.keeper.api.Timings;
import io.ottla.keeper.api.ZnodeView;
import io.ottla.keeper.files.SnapshotSweep;
import io.ottla.keeper.files.Snapshots;
import io.ottla.keeper.files.TxnLog;
import io.ottla.keeper.tree.AclCheck;
import io.ottla.keeper.tree.Quotas;
import io.ottla.keeper.tree.Znode;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.keeper.watch.Followers;
import io.ottla.keeper.watch.Watches;
import io.ottla.keeper.write.Alone;
import io.ottla.keeper.write.Answers;
import io.ottla.keeper.write.Applier;
import io.ottla.keeper.write.CommittedLog;
import io.ottla.keeper.write.Journal;
import io.ottla.keeper.write.Pipeline;
import io.ottla.keeper.write.RequestPreparer;
import io.ottla.keeper.write.RequestSize;
import io.ottla.keeper.write.SessionOwners;
import io.ottla.keeper.write.Token;
import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.ErrorCode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The coordination service of one server: what its parts are to whoever uses it. Changes go through {@link Pipeline}, reads through {@link Reads}.
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

    private final Opening.Found found;
    private final KeeperOptions options;
    private final Disk disk;
    private final Clock clock;
    private final Object logKey;
    private final ZnodeTree tree;
    private final RequestPreparer preparer;
    private final TxnLog log;
    private final Journal journal;
    private final SnapshotSweep sweep;
    private final Snapshots snapshots;
    private final Followers followers = new Followers();
    private final Watches watches;
    private final Applier applier;
    private final Answers answers;
    private final Pipeline pipeline;
    private final Sessions sessions;
    private final Reads reads;
    private final Cleaner cleaner;
    private final boolean isNew;
    private Optional<Completion<Keeper>> opening = Optional.empty();
    private ClientAnswers clients = ClientAnswers.NONE;
    private BrokerAnswers broker = (request, result) -> {};
    private boolean warnedOfQuota;
    private long warnedNs;
    private long session;

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
        Opening opening = new Opening(options, dataDir, dataLogDir, disk, clock, random, faults);
        opening.find(outcome -> {
            switch (outcome) {
                case Outcome.Failed<Opening.Found>(IOException cause) -> completion.complete(Outcome.failed(cause));
                case Outcome.Done<Opening.Found>(Opening.Found found) -> new Keeper(opening, found).begin(completion);
            }
        });
    }

    private Keeper(Opening opening, Opening.Found found) {
        this.found = found;
        options = opening.options();
        disk = opening.disk();
        clock = opening.clock();
        logKey = opening.logKey();
        tree = found.tree();
        isNew = tree.lastZxid() == 0;
        SessionOwners owners = new SessionOwners();
        preparer = new RequestPreparer(tree, options.nodes(), owners);
        preparer.onExcess(this::warn);
        log = new TxnLog(disk, found.directory().logs());
        journal = new Journal(disk, logKey, clock, log);
        tree.walks().bound(options.held().snapshotAheadBytes());
        sweep = new SnapshotSweep(clock);
        snapshots = new Snapshots(
                options.storage(),
                clock,
                disk,
                opening.snapshotKey(),
                found.directory(),
                tree,
                sweep,
                opening.random().split(),
                found.recovered());
        watches = new Watches(options.watching(), tree, opening.random().nextLong());
        applier = new Applier(tree, found.recovered().isFresh(), watches, followers);
        answers = new Answers(clock, this::answer);
        pipeline = new Pipeline(
                clock,
                opening.faults(),
                preparer,
                Alone::new,
                journal,
                applier,
                answers,
                found.committed(),
                snapshots,
                options.held().proposalBytes());
        sessions = new Sessions(options, clock, preparer, pipeline, owners);
        reads = new Reads(tree, sessions, watches);
        cleaner = new Cleaner(options.nodes(), clock, tree, pipeline);
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
            if (id > first && id <= first + EMBEDDED_SESSIONS) endLeftBehind(id);
            else sessions.known(id, known.getValue());
        }
        // a snapshot that the original took while sessions ended may have their nodes, and no log behind it that takes
        // them away
        for (long owner : tree.owned().ephemeralsBySession().keySet())
            if (!tree.sessions().containsKey(owner)) endLeftBehind(owner);
        session = first + 1 + Long.remainderUnsigned(preparer.lastZxid(), EMBEDDED_SESSIONS);
        opening = Optional.of(completion);
        Request begins = new Request.CreateSession(EMBEDDED_TIMEOUT_MS);
        pipeline.propose(Caller.server(session), 0, begins, new Token.KeeperOpens());
    }

    private void endLeftBehind(long sessionId) {
        pipeline.propose(Caller.server(sessionId), 0, new Request.CloseSession(), Token.NOBODY);
    }

    private void opened(Result result) {
        Completion<Keeper> completion = opening.orElseThrow();
        opening = Optional.empty();
        if (result instanceof Result.Committed) {
            cleaner.start();
            completion.complete(Outcome.done(this));
            return;
        }
        IOException why = new IOException("the broker's session could not be begun: " + why(result));
        sessions.stop();
        pipeline.close(closed -> {
            if (closed instanceof Outcome.Failed<Void>(IOException cause)) completion.complete(Outcome.failed(cause));
            else disk.submit(logKey, this::closeFiles, outcome -> completion.complete(Outcome.failed(why)));
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

    public ZnodeTree tree() {
        return tree;
    }

    public CommittedLog committed() {
        return found.committed();
    }

    /** As it is committed. */
    public Optional<ZnodeView> node(String path) {
        Znode node = tree.find(path);
        return node == null ? Optional.empty() : Optional.of(ZnodeTree.view(path, node));
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

    /** Who is told what became of what clients asked. One listener. */
    public void clients(ClientAnswers told) {
        clients = told;
    }

    /** Who is told what became of what the embedded broker asked. One listener. */
    public void broker(BrokerAnswers told) {
        broker = told;
    }

    private void answer(Token token, Result result) {
        switch (token) {
            case Token.Nobody nobody -> {}
            case Token.Asked(long connection, long request) -> {
                if (connection == Caller.SERVER) broker.answered(request, result);
                else clients.answered(connection, request, result);
            }
            case Token.SessionBegins begins -> clients.session(begins.connection(), sessions.begun(begins, result));
            case Token.SessionUpgraded upgraded -> sessions.upgraded(upgraded, result);
            case Token.SessionEnds ends -> {
                sessions.ended(ends, result);
                if (ends.asked().isPresent()) answer(ends.asked().get(), result);
                else if (result instanceof Result.Committed) clients.expired(ends.sessionId());
            }
            case Token.KeeperOpens opens -> opened(result);
        }
    }

    /**
     * Carries out the operations for the embedded broker, as one transaction: all of them at one zxid, or none. May do everything,
     * whatever the ACLs. The answer comes on the loop, after this call.
     *
     * @param request the broker's number for it
     */
    public void submit(long request, List<Request.Op> ops) {
        if (ops.isEmpty()) throw new IllegalArgumentException("nothing to do");
        boolean alone = ops.size() == 1 && !(ops.getFirst() instanceof Request.Check);
        Request what = alone ? ops.getFirst() : new Request.Multi(List.copyOf(ops));
        submit(Caller.server(session), request, 0, what, options.requestBytesMax());
    }

    /**
     * Carries out a client's request. The answer comes on the loop, after this call, in the order of the zxids; what watchers are told of it comes before.
     * A session that is not the caller's is an error like any other ({@link Result.Refused}).
     *
     * @param request the asker's number for it, which comes back with the answer
     * @param cxid the client's own number for it, which stands in the log
     */
    public void submit(Caller caller, long request, int cxid, Request what) {
        submit(caller, request, cxid, what, 2L * options.requestBytesMax());
    }

    private void submit(Caller caller, long request, int cxid, Request what, long bytesMax) {
        Token asked = new Token.Asked(caller.connection(), request);
        long bytes = RequestSize.of(what, caller);
        Optional<Result> refusal = bytes > bytesMax
                ? Optional.of(new Result.Refused(0, ErrorCode.BAD_ARGUMENTS.code()))
                : pipeline.refusal(bytes);
        if (refusal.isPresent()) {
            answers.atOnce(asked, refusal.get());
            return;
        }
        sessions.upgradeFor(caller.sessionId(), what);
        pipeline.propose(caller, cxid, what, asked);
    }

    /** Answers ({@link Result.Committed}, with no results) once everything that was submitted before is applied. */
    public void sync(long connection, long request) {
        pipeline.barrier(new Token.Asked(connection, request));
    }

    /**
     * Begins a session.
     *
     * @param wantedTimeoutMs what the client asks for; it gets what is nearest within the bounds
     * @param connection for {@link Caller#connection}
     */
    public void createSession(int wantedTimeoutMs, long connection) {
        sessions.create(wantedTimeoutMs, connection).ifPresent(answer -> answerSoon(connection, answer));
    }

    /**
     * Goes on with a session over another connection: from this call on what still comes over the one before is refused. The
     * timeout is negotiated anew.
     */
    public void resumeSession(long sessionId, byte[] password, int wantedTimeoutMs, long connection) {
        answerSoon(connection, sessions.resume(sessionId, password, wantedTimeoutMs, connection));
    }

    private void answerSoon(long connection, SessionAnswer answer) {
        clock.execute(() -> clients.session(connection, answer));
    }

    /** Ends the session, and its ephemeral nodes with it. Numbers as in {@link #submit(Caller, long, int, Request)}. */
    public void closeSession(Caller caller, long request, int cxid) {
        Token.Asked asked = new Token.Asked(caller.connection(), request);
        sessions.close(caller, cxid, asked).ifPresent(refusal -> answers.atOnce(asked, refusal));
    }

    /**
     * The session was heard of.
     *
     * @return false if it has expired, or ends
     */
    public boolean touch(long sessionId) {
        return sessions.touch(sessionId);
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
        return answers.outstanding();
    }

    /** Takes a snapshot beside what goes on, after the one that is under way. The completion comes on the loop. */
    public void takeSnapshot(Completion<SnapshotTaken> completion) {
        if (pipeline.isOpen()) snapshots.take(completion);
        else completion.complete(Outcome.failed(new IOException("the service is not open")));
    }

    /** The whole tree for a peer that synchronises, from this zxid on. Empty if too many peers get it already, or the service is not open. */
    public Optional<SnapSync> snapSync() {
        return pipeline.isOpen() ? SnapSync.begin(tree, sweep) : Optional.empty();
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
        return found.recovered().digestMismatches() + applier.digestMismatches();
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
        journal.timings(told);
        snapshots.timings(told);
    }

    /** Whether nothing was found where the data should be. */
    public boolean isNew() {
        return isNew;
    }

    /** How many transactions the start took from the log, beyond its snapshot. */
    public int replayed() {
        return found.recovered().replayed();
    }

    /** How long the start took to find the state in the data directory. */
    public long recoveryMs() {
        return found.tookMs();
    }

    /** Ends the broker's session and closes the files. What was submitted before is still carried out. Other sessions go on with the next start. */
    public void close(Completion<Void> completion) {
        if (!pipeline.isOpen()) {
            boolean failed = pipeline.refusal(0).orElseThrow() instanceof Result.Unknown;
            Outcome<Void> outcome = failed ? Outcome.failed(new IOException("the disk failed")) : Outcome.done(null);
            clock.execute(() -> completion.complete(outcome));
            return;
        }
        sessions.stop();
        cleaner.stop();
        pipeline.propose(Caller.server(session), 0, new Request.CloseSession(), Token.NOBODY);
        pipeline.close(closed -> {
            if (closed instanceof Outcome.Failed<Void>) completion.complete(closed);
            else snapshots.close(() -> disk.submit(logKey, this::closeFiles, completion));
        });
    }

    private Void closeFiles() throws IOException {
        try {
            log.close();
        } finally {
            Opening.release(found.lock());
        }
        return null;
    }
}
