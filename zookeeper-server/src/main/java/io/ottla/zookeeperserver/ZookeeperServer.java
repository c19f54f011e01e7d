package io.ottla.zookeeperserver;

import io.ottla.base.Clock;
import io.ottla.base.Counter;
import io.ottla.base.Counters;
import io.ottla.base.LineBudget;
import io.ottla.base.Network;
import io.ottla.keeper.Keeper;
import io.ottla.zookeeperprotocol.BufferInputArchive;
import io.ottla.zookeeperprotocol.FourLetterWord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * ZooKeeper's client port, over one keeper. Belongs to the loop.
 *
 * <p>Counters: {@code zookeeper.connections}, {@code zookeeper.received_packets}, {@code zookeeper.sent_packets}, {@code zookeeper.outstanding_requests},
 * {@code zookeeper.watches}, {@code zookeeper.last_zxid}, {@code zookeeper.tree_digest} (as of that zxid), {@code zookeeper.digest_mismatches}.
 */
public final class ZookeeperServer {
    private static final Logger LOG = LoggerFactory.getLogger(ZookeeperServer.class);

    private static final int NOTES_PER_PERIOD = 10;
    private static final long NOTES_PERIOD_MS = 10_000;

    private final LineBudget notes = new LineBudget(NOTES_PER_PERIOD, NOTES_PERIOD_MS);
    private final LineBudget warnings = new LineBudget(NOTES_PER_PERIOD, NOTES_PERIOD_MS);
    private Keeper keeper;
    private final Clock clock;
    private final Published published;
    private ServerOptions options;
    private final ServerStats stats;
    private final ReplyBuffers buffers = new ReplyBuffers();
    private final BufferInputArchive archive;
    private ReadRequests reads;
    private WatchRequests watches;
    private final ProofRequests proofs;
    private final AdminCommands commands;
    private final FourLetterWords words;
    private final Connections connections;
    private final WaitingLine line;
    private final ConnectDeadline deadline;
    private final ConnectTokens connectTokens;
    private final ConnectRequests connects = new ConnectRequests(this);
    private List<ClientConnection> sending = new ArrayList<>();
    private List<ClientConnection> sent = new ArrayList<>();
    private boolean sendDue;
    private final InFlight inFlight;
    private final Counter tlsHandshakes;
    private long turnNs;
    private boolean turnKnown;
    private boolean stopped;
    private boolean paused;
    private Optional<Restorer> restorer = Optional.empty();

    public ZookeeperServer(Keeper keeper, Clock clock, ServerOptions options, Machine machine, Counters counters) {
        this.keeper = keeper;
        this.clock = clock;
        this.options = options;
        stats = new ServerStats(clock::nowMs, options.slowSyncMs());
        inFlight = new InFlight(options.limits());
        connections = new Connections(clock, stats);
        line = new WaitingLine(inFlight, stats, connections.all());
        proofs = new ProofRequests(stats);
        published = new Published(
                counters.counter("zookeeper.received_packets"),
                counters.counter("zookeeper.sent_packets"),
                counters.counter("zookeeper.outstanding_requests"),
                counters.counter("zookeeper.connections"),
                counters.counter("zookeeper.watches"),
                counters.counter("zookeeper.last_zxid"),
                counters.counter("zookeeper.tree_digest"),
                counters.counter("zookeeper.digest_mismatches"));
        tlsHandshakes = counters.counter("network.handshakes");
        archive = new BufferInputArchive(ByteBuffer.allocate(0), options.packetBytesMax());
        reads = new ReadRequests(keeper.reads());
        watches = new WatchRequests(keeper);
        commands = new AdminCommands(this, machine, clock.monotonicNs());
        words = new FourLetterWords(this, machine);
        connectTokens = new ConnectTokens(
                options.connecting().tokensMax(),
                options.connecting().fillMs(),
                options.connecting().fillCount(),
                clock.monotonicNs() / 1_000_000);
        deadline = new ConnectDeadline(clock, options.limits().connectMsMax(), this::tooLate);
        keeper.clients(connections);
        keeper.timings(stats);
        publish();
    }

    /** That go on now, over all doors of the node. */
    long tlsHandshakes() {
        return tlsHandshakes.value();
    }

    /** Who takes the connections of a door. */
    public Network.Acceptor acceptor(boolean secure) {
        return connection -> {
            ClientConnection client = new ClientConnection(this, connection, secure);
            connections.add(client);
            deadline.watch(client);
            if (stopped || paused) client.end();
            return client;
        };
    }

    /** Packets up to jute.maxbuffer, and four-letter words in place of a length. */
    public static Network.Framing framing(int packetBytesMax) {
        return prefix -> {
            if (prefix >= 0 && prefix <= packetBytesMax) return prefix;
            Optional<FourLetterWord> word = FourLetterWord.fromPrefix(prefix);
            return word.map(FourLetterWord::bodyBytes).orElse(Network.Framing.CLOSE);
        };
    }

    /** What the admin port answers. */
    public AdminCommands commands() {
        return commands;
    }

    /** What operators are told of the configuration, once ports are bound. */
    public void describe(ServerOptions.Described described) {
        options = options.withDescribed(described);
    }

    /** Who carries out the admin command restore; without one it is refused. */
    public void restorer(Restorer restores) {
        restorer = Optional.of(restores);
    }

    Optional<Restorer> restorer() {
        return restorer;
    }

    /** Lets everybody go, and nobody in until {@link #goOn}; what is answered leaves. Sessions stay. */
    public void pause() {
        paused = true;
        connections.endAll();
    }

    /** Serves again, from another keeper: the one before may be closed. */
    public void goOn(Keeper with) {
        keeper = with;
        reads = new ReadRequests(with.reads());
        watches = new WatchRequests(with);
        with.clients(connections);
        with.timings(stats);
        paused = false;
    }

    /** Lets nobody in any more; what is answered leaves, then the connections are closed. Sessions stay. */
    public void stop() {
        stopped = true;
        deadline.stop();
        connections.endAll();
    }

    // ---- for the connections ----

    Keeper keeper() {
        return keeper;
    }

    ServerOptions options() {
        return options;
    }

    ServerStats stats() {
        return stats;
    }

    ReplyBuffers buffers() {
        return buffers;
    }

    ReadRequests reads() {
        return reads;
    }

    WatchRequests watches() {
        return watches;
    }

    ConnectRequests connects() {
        return connects;
    }

    ProofRequests proofs() {
        return proofs;
    }

    FourLetterWords words() {
        return words;
    }

    /** Tells of what a client did, as long as it is not told too often: clients must not fill the log. */
    void note(ClientConnection client, String what) {
        tell(Level.INFO, notes, client, what);
    }

    /** Tells, likewise, of what a client could not be given. */
    void warn(ClientConnection client, String what) {
        tell(Level.WARN, warnings, client, what);
    }

    private void tell(Level level, LineBudget budget, ClientConnection client, String what) {
        long suppressed = budget.take(clock.nowMs());
        if (suppressed < 0) return;
        LOG.atLevel(level)
                .log(
                        "connection {} from {}, session 0x{}: {}{}",
                        client.connection().id(),
                        client.connection().remote(),
                        Long.toHexString(client.sessionId()),
                        what,
                        suppressed == 0 ? "" : " (and " + suppressed + " more such lines that are left out)");
    }

    /** All that are open, in the order in which they came. */
    Collection<ClientConnection> connections() {
        return connections.all();
    }

    /** One for all packets, as they are read one at a time. */
    BufferInputArchive archive(ByteBuffer packet) {
        archive.reset(packet);
        return archive;
    }

    long nowMs() {
        return clock.nowMs();
    }

    long monotonicMs() {
        return clock.monotonicNs() / 1_000_000;
    }

    /** The time at which something was first asked in this turn of the loop: near enough for statistics, and asked for once. */
    long turnNs() {
        if (!turnKnown) {
            turnNs = clock.monotonicNs();
            turnKnown = true;
            endOfTurn();
        }
        return turnNs;
    }

    long turnMs() {
        return turnNs() / 1_000_000;
    }

    private void endOfTurn() {
        if (sendDue) return;
        sendDue = true;
        clock.execute(this::send);
    }

    /** The connection has written something, or is to be closed: at the end of the turn that is seen to. */
    void hasToSend(ClientConnection client) {
        sending.add(client);
        endOfTurn();
    }

    private void send() {
        line.letIn();
        sendDue = false;
        turnKnown = false;
        List<ClientConnection> now = sending;
        sending = sent;
        sent = now;
        for (ClientConnection client : now) client.send();
        now.clear();
        publish();
    }

    private record Published(
            Counter received,
            Counter sent,
            Counter outstanding,
            Counter connections,
            Counter watches,
            Counter lastZxid,
            Counter treeDigest,
            Counter digestMismatches) {}

    private void publish() {
        published.received.set(stats.received);
        published.sent.set(stats.sent);
        published.outstanding.set(inFlight.requests());
        published.connections.set(connections.all().size());
        published.watches.set(keeper.watches().count());
        published.lastZxid.set(keeper.lastZxid());
        published.treeDigest.set(keeper.digest());
        published.digestMismatches.set(keeper.digestMismatches());
    }

    void attach(long sessionId, ClientConnection client) {
        connections.attach(sessionId, client);
    }

    void detach(long sessionId, ClientConnection client) {
        connections.detach(sessionId, client);
    }

    void forget(ClientConnection client) {
        connections.remove(client);
        deadline.forget(client);
    }

    private void tooLate(ClientConnection client) {
        if (!client.isWaiting()) return;
        stats.sessionlessExpired++;
        client.cut("it did not say for whom it came");
    }

    // ---- what there may be ----

    InFlight inFlight() {
        return inFlight;
    }

    int outstanding() {
        return inFlight.requests();
    }

    /**
     * Whether one more may connect.
     *
     * @param begins whether it wants a new session
     */
    boolean admitsConnect(boolean begins) {
        boolean admitted = connectTokens.take(monotonicMs())
                && (!begins
                        || keeper.globalSessionCount() + keeper.localSessionCount()
                                < options.connecting().sessionsMax());
        if (!admitted) stats.rejected++;
        return admitted;
    }

    /** @param packetBytes of a request that waits for its answer from now on, or {@code more} below 0, does no longer */
    void outstanding(int more, int packetBytes) {
        inFlight.requests(more, packetBytes);
        if (more < 0 && line.size() > 0) endOfTurn();
    }

    WaitingLine line() {
        return line;
    }

    /** How many have not said yet for whom they come. */
    int awaited() {
        return deadline.size();
    }

    // ---- statistics ----

    void received(int bytes) {
        stats.received++;
        stats.receivedBytes += bytes;
    }

    void response(int bytes) {
        stats.response(bytes);
    }

    void answered(boolean update, long latencyMs, int bytes) {
        (update ? stats.updates : stats.reads).add(latencyMs);
        stats.response(bytes);
    }

    void notified(int bytes) {
        stats.sent++;
        stats.watchBytes += bytes;
    }

    void countEncryption(ClientConnection client) {
        if (!client.connection().peerCertificates().isEmpty()) return;
        if (client.connection().remote().getAddress().isLoopbackAddress()) stats.unencryptedLocal++;
        else stats.unencryptedRemote++;
    }
}
