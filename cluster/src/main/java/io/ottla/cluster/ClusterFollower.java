package io.ottla.cluster;

import static io.ottla.base.Invariant.invariant;

import io.ottla.base.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the znodes and keeps the image of the cluster. Changes that come together (those of one transaction do) are
 * told to the listeners together, at the latest when the loop turns to its next task, at the first when somebody asks
 * for the {@link #image}: so whoever was told that a write is committed sees it in the image.
 */
public final class ClusterFollower {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterFollower.class);

    private final Coordination coordination;
    private final Clock clock;
    private final List<ImageListener> listeners = new ArrayList<>();
    private final List<Runnable> whenCaughtUp = new ArrayList<>();
    private final Set<String> behind = new HashSet<>(ZnodePath.ROOTS);
    private final ImageBuilder builder = new ImageBuilder(ClusterImage.EMPTY);
    private ClusterImage published = ClusterImage.EMPTY;
    private boolean hasNews;
    private boolean isScheduled;
    private boolean isPublishing;
    private boolean isStopped;

    public ClusterFollower(Coordination coordination, Clock clock) {
        this.coordination = coordination;
        this.clock = clock;
    }

    /** Begins to follow; {@code caughtUp} runs once, when the first image has been told to the listeners. */
    public void start(Runnable caughtUp) {
        whenCaughtUp.add(caughtUp);
        for (String root : ZnodePath.ROOTS) coordination.follow(root, new RootFollower(root));
    }

    /** The cluster as it is now. Calls listeners, if they have not been told of it yet. */
    public ClusterImage image() {
        publish();
        return published;
    }

    /** From now on; in the order in which they were added. */
    public void listen(ImageListener listener) {
        invariant(!isPublishing, "no listener is added while listeners are told");
        listeners.add(listener);
    }

    /** From now on nothing is told to anybody, and the image stays what it is: the node stops. */
    public void stop() {
        isStopped = true;
    }

    private void changed() {
        hasNews = true;
        if (isScheduled || !behind.isEmpty()) return;
        isScheduled = true;
        clock.execute(() -> {
            isScheduled = false;
            publish();
        });
    }

    private void publish() {
        if (!hasNews || isPublishing || isStopped || !behind.isEmpty()) return;
        hasNews = false;
        ClusterImage before = published;
        published = builder.build();
        ImageDelta delta = builder.delta(before);
        warn(before);
        isPublishing = true;
        try {
            for (ImageListener listener : listeners) listener.changed(before, published, delta);
        } finally {
            isPublishing = false;
        }
        List<Runnable> waiting = List.copyOf(whenCaughtUp);
        whenCaughtUp.clear();
        waiting.forEach(Runnable::run);
    }

    private void warn(ClusterImage before) {
        if (published.damaged().isEmpty()) return;
        published.damaged().forEach((path, why) -> {
            if (!before.damaged().containsKey(path)) LOG.warn("{}; what was known of it before holds", why);
        });
    }

    private final class RootFollower implements Coordination.Follower {
        private final String root;

        RootFollower(String root) {
            this.root = root;
        }

        @Override
        public void present(Coordination.Znode node) {
            if (isStopped) return;
            builder.put(node);
            changed();
        }

        @Override
        public void caughtUp() {
            behind.remove(root);
            changed();
        }

        @Override
        public void created(Coordination.Znode node) {
            if (isStopped) return;
            builder.put(node);
            changed();
        }

        @Override
        public void dataChanged(Coordination.Znode node) {
            if (isStopped) return;
            builder.put(node);
            changed();
        }

        @Override
        public void deleted(String path, long zxid) {
            if (isStopped) return;
            builder.delete(path, zxid);
            changed();
        }

        @Override
        public void restarted() {
            if (behind.isEmpty()) LOG.info("changes may have been missed; reading the cluster's state anew");
            behind.add(root);
            builder.clear(root);
        }
    }
}
