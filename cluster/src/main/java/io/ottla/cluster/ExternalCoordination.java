package io.ottla.cluster;

import io.ottla.base.Completion;
import io.ottla.base.Secret;
import java.util.Map;
import java.util.Optional;

/** The way to a coordination service that is a process of its own: an Apache ZooKeeper of 3.6 or later. On the loop. */
public interface ExternalCoordination {

    /**
     * Connects, and makes the chroot if it is not there. Fails with a sentence for people if nobody answers in time, or
     * does not let us in. Afterwards connections and sessions that are lost are made anew without end.
     */
    void connect(Settings settings, Completion<Member> completion);

    /**
     * @param servers {@code HOST:PORT}, several with commas between
     * @param chroot an absolute path that all is below; empty for none
     * @param sessionTimeoutMs that is asked for
     * @param connectMsMax how long the first connection may take
     * @param hasAcls whether nodes are made for this identity alone to change ({@code zookeeper.set.acl})
     * @param tls empty for plain connections; otherwise the client's own properties, {@code zookeeper.ssl.…}
     */
    record Settings(
            String servers,
            String chroot,
            int sessionTimeoutMs,
            int connectMsMax,
            boolean hasAcls,
            Optional<Map<String, Secret>> tls) {}

    /** A connected member of it. */
    interface Member {
        Coordination coordination();

        /** Ends the session, and with it its ephemeral nodes. */
        void close(Completion<Void> completion);
    }
}
