package io.ottla.zookeeperclient;

import io.ottla.cluster.Coordination.Znode;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a node and all below it. What changes meanwhile may be seen or not: who reads watches too, and looks again at
 * what has changed.
 */
final class TreeReading {
    private static final Logger LOG = LoggerFactory.getLogger(TreeReading.class);

    /** Requests under way at once. */
    static final int READS_MAX = 512;

    private final Session session;
    private final Chroot chroot;
    private final Consumer<Optional<TreeMap<String, Znode>>> done;
    private final ArrayDeque<String> waiting = new ArrayDeque<>();
    private final TreeMap<String, Znode> found = new TreeMap<>();
    private int underWay;
    private boolean ended;

    /** @param done gets the nodes by path; or nothing, if the connection was lost */
    TreeReading(Session session, Chroot chroot, Consumer<Optional<TreeMap<String, Znode>>> done) {
        this.session = session;
        this.chroot = chroot;
        this.done = done;
    }

    void begin(String root) {
        waiting.add(root);
        advance();
    }

    private void advance() {
        while (!ended && underWay < READS_MAX && !waiting.isEmpty()) {
            String path = waiting.remove();
            underWay++;
            session.read(chroot.full(path), (code, read) -> {
                underWay--;
                read(path, code, read);
            });
        }
        if (ended || underWay > 0) return;
        ended = true;
        done.accept(Optional.of(found));
    }

    private void read(String path, Code code, Optional<Session.Read> read) {
        if (isLost(code)) {
            end();
            return;
        }
        if (code == Code.OK && read.isPresent()) {
            found.put(path, znode(path, read.get()));
            if (read.get().stat().getNumChildren() > 0) {
                underWay++;
                session.children(chroot.full(path), (answer, names) -> {
                    underWay--;
                    children(path, answer, names);
                });
            }
        } else if (code != Code.NONODE) {
            LOG.warn("{} cannot be read: {}", chroot.full(path), code);
        }
        advance();
    }

    private void children(String path, Code code, List<String> names) {
        if (isLost(code)) {
            end();
            return;
        }
        String prefix = path.equals("/") ? "/" : path + "/";
        for (String name : names) waiting.add(prefix + name);
        advance();
    }

    private void end() {
        if (ended) return;
        ended = true;
        done.accept(Optional.empty());
    }

    /** Whether the answer says nothing but that there is none. */
    static boolean isLost(Code code) {
        return switch (code) {
            case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED, OPERATIONTIMEOUT, AUTHFAILED, SYSTEMERROR -> true;
            default -> false;
        };
    }

    static Znode znode(String path, Session.Read read) {
        Stat stat = read.stat();
        return new Znode(
                path, read.data(), stat.getVersion(), stat.getCzxid(), stat.getMzxid(), stat.getEphemeralOwner() != 0);
    }
}
