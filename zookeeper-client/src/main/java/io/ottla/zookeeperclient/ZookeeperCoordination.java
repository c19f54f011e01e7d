package io.ottla.zookeeperclient;

import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.LineBudget;
import io.ottla.base.Outcome;
import io.ottla.cluster.Coordination;
import io.ottla.cluster.ExternalCoordination.Settings;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.OpResult;
import org.apache.zookeeper.Watcher.Event.KeeperState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The znode tree of an Apache ZooKeeper. Belongs to the loop.
 *
 * <p>Changes come as events of persistent recursive watches, which say where, not what: the node is then read. Events that
 * have come together are read together and told together. A watch tells nothing of what happens while there is no
 * connection (it is only set again), so after each gap everything is read and compared with what was told; after a session
 * was lost, everything is told anew.
 *
 * <p>One thing is read at a time: a part of the tree for a new follower, everything after a gap, or what has changed.
 * Answers of writes wait for what is to be read when they come. The service sends the events of a change before the
 * answer of the write that made it, so whoever is answered has been told. A write of which it is not known whether it
 * was done is answered after the comparison that follows the gap: who was told so may look.
 */
final class ZookeeperCoordination implements Coordination {
    private static final Logger LOG = LoggerFactory.getLogger(ZookeeperCoordination.class);
    private static final long NEW_SESSION_MS = 1_000;
    private static final long AGAIN_MS = 100;
    private static final long LINES_PERIOD_MS = 10_000;
    private static final long STILL_LOST_MS = 60_000;

    private final Settings settings;
    private final Map<String, String> properties;
    private final Clock clock;
    private final Disk disk;
    private final Chroot chroot;
    private final WriteRequests requests;
    private final KnownTree tree;

    private final List<Following> following = new ArrayList<>();
    private final ArrayDeque<Following> toBegin = new ArrayDeque<>();
    private LinkedHashSet<String> changed = new LinkedHashSet<>();
    private final List<Runnable> afterReading = new ArrayList<>();
    private final LineBudget unwatched = new LineBudget(1, LINES_PERIOD_MS);
    private final Set<String> unknownNames = new TreeSet<>();
    private boolean hadGap;
    private boolean isReading;

    /** Rises with every gap; answers to what was asked before it are passed over. */
    private long era;

    private Optional<Session> session = Optional.empty();
    private Consumer<KeeperState> states = state -> {};
    private boolean isConnected;
    private long lostAtMs;
    private boolean isClosed;
    private long lastZxid;
    private long sessions;

    ZookeeperCoordination(Settings settings, Map<String, String> properties, Clock clock, Disk disk) {
        this.settings = settings;
        this.properties = properties;
        this.clock = clock;
        this.disk = disk;
        chroot = new Chroot(settings.chroot());
        requests = new WriteRequests(chroot, settings.hasAcls());
        tree = new KnownTree(settings.servers(), chroot, clock);
    }

    /** Begins the first session; {@code listener} is told of all states, of later ones too. */
    void begin(Consumer<KeeperState> listener) throws IOException {
        states = listener;
        newSession();
    }

    private void newSession() throws IOException {
        long number = ++sessions;
        session = Optional.of(new Session(
                settings.servers(),
                settings.sessionTimeoutMs(),
                properties,
                clock::execute,
                state -> {
                    if (number == sessions) state(state);
                },
                this::looked));
    }

    private void looked(String name, boolean isKnown) {
        if (isKnown) unknownNames.remove(name);
        else if (unknownNames.add(name)) LOG.warn("{}, which zookeeper.connect names, has no address", name);
    }

    /** Of the servers, those that have no address as far as is known. */
    Set<String> unknownNames() {
        return unknownNames;
    }

    private void state(KeeperState state) {
        if (isClosed) return;
        switch (state) {
            case SyncConnected, ConnectedReadOnly -> {
                isConnected = true;
                advance();
            }
            case Disconnected -> disconnected();
            case Expired -> expired();
            case AuthFailed ->
                LOG.error(
                        "ZooKeeper at {} does not accept who we say we are; look at the section Client of the JAAS file",
                        settings.servers());
            default -> LOG.debug("the session with ZooKeeper is {}", state);
        }
        states.accept(state);
    }

    private void disconnected() {
        if (isConnected) {
            LOG.info("the connection with ZooKeeper at {} is lost; it is made anew", settings.servers());
            lostAtMs = clock.nowMs();
            tellIfStillLost(lostAtMs, settings.sessionTimeoutMs());
        }
        isConnected = false;
        hadGap();
    }

    /** A server that takes no client that has seen more than it closes each connection, without a word to the client. */
    private void tellIfStillLost(long sinceMs, long afterMs) {
        clock.after(afterMs, () -> {
            if (isConnected || isClosed || sinceMs != lostAtMs) return;
            LOG.warn(
                    "no connection with ZooKeeper at {} for {} s: topics cannot change, what is known is served. If it runs, its log says why it lets nobody in; one whose data were lost, or are older than what was seen here, does not",
                    settings.servers(),
                    (clock.nowMs() - sinceMs) / 1000);
            tellIfStillLost(sinceMs, STILL_LOST_MS);
        });
    }

    /** Events may have been missed, until everything was compared. What is being read is of no use any more. */
    private void hadGap() {
        isReading = false;
        tree.hadGap();
        hadGap = true;
        era++;
    }

    private void expired() {
        LOG.warn("the session with ZooKeeper at {} has expired; another begins", settings.servers());
        disconnected();
        closeSession(outcome -> {});
        tree.sessionIsLost();
        hadGap = false;
        changed.clear();
        toBegin.clear();
        toBegin.addAll(following);
        following.forEach(Following::restart);
        beginAnother();
    }

    private void beginAnother() {
        if (isClosed) return;
        try {
            newSession();
        } catch (IOException e) {
            LOG.warn(
                    "no session with ZooKeeper at {}, next try in {} ms: {}",
                    settings.servers(),
                    NEW_SESSION_MS,
                    e.getMessage());
            clock.after(NEW_SESSION_MS, this::beginAnother);
        }
    }

    private void closeSession(Completion<Void> completion) {
        if (session.isEmpty()) {
            clock.execute(() -> completion.complete(Outcome.done(null)));
            return;
        }
        Session ending = session.get();
        session = Optional.empty();
        sessions++; // what it still says is of no interest
        disk.submit(
                ending,
                () -> {
                    ending.close();
                    return null;
                },
                completion);
    }

    void close(Completion<Void> completion) {
        isClosed = true;
        isConnected = false;
        era++;
        closeSession(completion);
    }

    // ---- writing

    @Override
    public void write(List<Op> operations, Consumer<Result> answer) {
        if (isClosed || session.isEmpty()) {
            clock.execute(() -> answer.accept(new Result.Unknown("there is no session with ZooKeeper")));
            return;
        }
        if (!tree.mayBeWritten()) {
            clock.after(KnownTree.AGAIN_MS, () -> answer.accept(new Result.Unknown(KnownTree.NOT_OURS)));
            return;
        }
        List<Op> ops = List.copyOf(operations);
        session.get().multi(requests.operations(ops), (code, results) -> answered(ops, code, results, answer));
    }

    /** Makes a node by its name in the service's tree, above the chroot. */
    void makeAsIs(Op.Create create, Consumer<Result> answer) {
        WriteRequests whole = new WriteRequests(new Chroot(""), settings.hasAcls());
        session.orElseThrow()
                .multi(
                        whole.operations(List.of(create)),
                        (code, results) -> answer.accept(whole.result(List.of(create), code, results, lastZxid)));
    }

    /** Asks for what only a ZooKeeper of 3.6 or later has, at a path where nothing is. */
    void probe(Consumer<Code> answer) {
        session.orElseThrow().watch(chroot.full("/none"), (path, zxid) -> {}, answer);
    }

    private void answered(List<Op> operations, Code code, List<OpResult> results, Consumer<Result> answer) {
        Result result = requests.result(operations, code, results, lastZxid);
        if (result instanceof Result.Committed(long zxid, List<String> paths)) lastZxid = Math.max(lastZxid, zxid);
        // the connection may have gone before anybody has said so
        if (result instanceof Result.Unknown) hadGap();
        afterReading.add(() -> answer.accept(result));
        advance();
    }

    // ---- following

    @Override
    public void follow(String root, Follower follower) {
        Following begun = new Following(root, follower);
        following.add(begun);
        toBegin.add(begun);
        clock.execute(this::advance);
    }

    private void changed(String path, long zxid) {
        lastZxid = Math.max(lastZxid, zxid);
        String ours = chroot.ours(path);
        tree.changed(ours);
        changed.add(ours);
        advance();
    }

    /** Reads what is to be read next; if that is nothing, lets those go on who waited for it. */
    private void advance() {
        if (isReading || isClosed) return;
        boolean isIdle = toBegin.isEmpty() && changed.isEmpty() && !hadGap;
        if (isIdle) {
            List<Runnable> waiting = List.copyOf(afterReading);
            afterReading.clear();
            waiting.forEach(Runnable::run);
            return;
        }
        if (!isConnected || session.isEmpty()) return;
        isReading = true;
        if (!tree.isKnown()) identify();
        else if (hadGap) compareAll();
        else if (!toBegin.isEmpty()) beginOne(toBegin.peek());
        else readChanged();
    }

    private void finished(long of) {
        if (of != era) return;
        isReading = false;
        advance();
    }

    /** An answer that is none: what was begun is begun again. */
    private void lost(long of) {
        if (of != era) return;
        hadGap();
        clock.after(AGAIN_MS, this::advance);
    }

    private void identify() {
        long now = era;
        tree.look(session.orElseThrow(), (code, found) -> {
            if (now != era || isClosed) return;
            if (TreeReading.isLost(code)) {
                lost(now);
                return;
            }
            tree.found(found);
            if (tree.isKnown()) finished(now);
            else
                clock.after(KnownTree.AGAIN_MS, () -> {
                    if (now == era && !isClosed) identify();
                });
        });
    }

    private void beginOne(Following next) {
        long now = era;
        Session current = session.orElseThrow();
        current.watch(chroot.full(next.root()), this::changed, code -> {
            if (now != era) return;
            if (code != Code.OK) {
                // it is tried again every AGAIN_MS
                if (unwatched.take(clock.nowMs()) >= 0)
                    LOG.warn("{} cannot be watched: {}", chroot.full(next.root()), code);
                lost(now);
                return;
            }
            new TreeReading(current, chroot, found -> {
                        if (now != era) return;
                        if (found.isEmpty()) {
                            lost(now);
                            return;
                        }
                        toBegin.remove(next);
                        next.begin(found.get());
                        finished(now);
                    })
                    .begin(next.root());
        });
    }

    private void compareAll() {
        long now = era;
        Session current = session.orElseThrow();
        // what another member of the ensemble had committed for us before the gap has arrived here after this
        current.sync(code -> {
            if (now != era) return;
            if (TreeReading.isLost(code)) {
                lost(now);
                return;
            }
            changed.clear(); // what comes from here on is looked at again afterwards
            compareNext(now, current, new ArrayDeque<>(following));
        });
    }

    private void compareNext(long now, Session current, ArrayDeque<Following> left) {
        Following next = left.poll();
        if (next == null) {
            hadGap = false;
            finished(now);
            return;
        }
        if (toBegin.contains(next)) {
            compareNext(now, current, left);
            return;
        }
        new TreeReading(current, chroot, found -> {
                    if (now != era) return;
                    if (found.isEmpty()) {
                        lost(now);
                        return;
                    }
                    next.compare(found.get(), lastZxid);
                    compareNext(now, current, left);
                })
                .begin(next.root());
    }

    private void readChanged() {
        long now = era;
        Session current = session.orElseThrow();
        List<String> paths = changed.stream().limit(TreeReading.READS_MAX).toList();
        if (paths.size() == changed.size()) changed = new LinkedHashSet<>();
        else paths.forEach(changed::remove);
        Map<String, Optional<Znode>> read = new LinkedHashMap<>();
        List<Runnable> waiting = changed.isEmpty() ? List.copyOf(afterReading) : List.of();
        for (String path : paths)
            current.read(chroot.full(path), (code, node) -> {
                if (now != era) return;
                if (TreeReading.isLost(code)) {
                    lost(now);
                    return;
                }
                node.ifPresent(
                        there -> lastZxid = Math.max(lastZxid, there.stat().getMzxid()));
                read.put(path, node.map(there -> TreeReading.znode(path, there)));
                if (read.size() < paths.size()) return;
                following.forEach(one -> one.compare(read, lastZxid));
                afterReading.removeAll(waiting);
                waiting.forEach(Runnable::run);
                finished(now);
            });
    }
}
