package io.ottla.zookeeperclient;

import io.ottla.base.Clock;
import io.ottla.base.LineBudget;
import io.ottla.cluster.Coordination.Znode;
import java.util.Arrays;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a tree is that of our cluster still. What comes after a gap may be another: ZooKeeper's data were lost, or its
 * address leads elsewhere. It is none of ours unless it has the node of the cluster's id that was there first, made by the
 * same transaction. Until then nobody is told anything, since what is missing there was not deleted, and nothing is
 * written.
 */
final class KnownTree {
    static final long AGAIN_MS = 1_000;
    static final String NOT_OURS = "what is in ZooKeeper is not known to be this cluster's";

    private static final Logger LOG = LoggerFactory.getLogger(KnownTree.class);
    private static final String CLUSTER_ID = "/cluster/id";
    private static final long LINES_PERIOD_MS = 10_000;

    private final String servers;
    private final Chroot chroot;
    private final Clock clock;
    private final LineBudget lines = new LineBudget(1, LINES_PERIOD_MS);

    /** The node as it was found first; empty as long as there was none. */
    private Optional<Znode> identity = Optional.empty();

    private boolean isKnown;
    private boolean mayBeWritten = true;

    KnownTree(String servers, Chroot chroot, Clock clock) {
        this.servers = servers;
        this.chroot = chroot;
        this.clock = clock;
    }

    /** Whether it was looked at since the last gap, and is ours. */
    boolean isKnown() {
        return isKnown;
    }

    /** A gap within a session alone keeps nobody from writing: its server has all that we have seen. */
    boolean mayBeWritten() {
        return mayBeWritten;
    }

    void hadGap() {
        isKnown = false;
    }

    void sessionIsLost() {
        isKnown = false;
        mayBeWritten = identity.isEmpty();
    }

    void changed(String path) {
        if (identity.isEmpty() && path.equals(CLUSTER_ID)) isKnown = false;
    }

    void look(Session session, Session.Answer<Optional<Znode>> looked) {
        session.read(
                chroot.full(CLUSTER_ID),
                (code, node) -> looked.answered(code, node.map(there -> TreeReading.znode(CLUSTER_ID, there))));
    }

    /** What a look has shown, since the last gap. */
    void found(Optional<Znode> found) {
        if (identity.isEmpty()) identity = found;
        isKnown = identity.isEmpty() || (found.isPresent() && isSame(identity.get(), found.get()));
        mayBeWritten = isKnown;
        if (isKnown || lines.take(clock.nowMs()) < 0) return;
        LOG.error(
                "ZooKeeper at {} no longer holds this cluster: {} {}. Its data were lost, or the address leads to another; bring them back, or restart this node if that is meant. Until then nothing there is followed, no topic changes or is deleted, and what is known is served",
                servers,
                chroot.full(CLUSTER_ID),
                found.isPresent() ? "was made anew" : "is missing");
    }

    private static boolean isSame(Znode one, Znode other) {
        return one.czxid() == other.czxid() && Arrays.equals(one.data(), other.data());
    }
}
