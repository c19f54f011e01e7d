package io.ottla.cluster;

import io.ottla.base.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the znodes and keeps the image of the cluster. The image changes at one point of a turn of the loop, in a task of its own, as soon as the
 * task that brought the changes is over; changes that come together (those of one transaction do) are told together. Then the stages are told
 * of it, one after the other, and then those who waited for it ({@link #whenTold}). Between two such points everybody sees the same image.
 */
public final class ClusterFollower {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterFollower.class);

    private final Coordination coordination;
    private final Clock clock;
    private final List<Runnable> waiting = new ArrayList<>();
    private final Set<String> behind = new HashSet<>(ZnodePath.ROOTS);
    private final ImageBuilder builder = new ImageBuilder(ClusterImage.EMPTY);
    private List<ImageListener> stages = List.of();
    private ClusterImage published = ClusterImage.EMPTY;
    private boolean hasNews;
    private boolean isReadAnew;
    private boolean isScheduled;
    private boolean isPublishing;
    private boolean isStopped;

    public ClusterFollower(Coordination coordination, Clock clock) {
        this.coordination = coordination;
        this.clock = clock;
    }

    /**
     * Begins to follow.
     *
     * @param stages told of each image, the first included, in this order: a stage finds what those before it made of the image
     * @param caughtUp runs once, when the first image has been told
     */
    public void start(List<ImageListener> stages, Runnable caughtUp) {
        this.stages = List.copyOf(stages);
        waiting.add(caughtUp);
        for (String root : ZnodePath.ROOTS) coordination.follow(root, new RootFollower(root));
    }

    /** The cluster as all stages have been told, or are being told. */
    public ClusterImage image() {
        return published;
    }

    /**
     * Runs {@code then} once all stages know what has come so far: within the call if they do already. An answer that presupposes an image waits so:
     * for one's own write, too, since {@link Coordination#write} answers when its changes have come, which is before they are told.
     */
    public void whenTold(Runnable then) {
        if (isStopped) return;
        if (hasNews || isPublishing || !behind.isEmpty()) waiting.add(then);
        else then.run();
    }

    /** From now on nothing is told to anybody, and the image stays what it is: the node stops. */
    public void stop() {
        isStopped = true;
        waiting.clear();
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
        if (isStopped || !behind.isEmpty()) return;
        hasNews = false;
        ClusterImage before = published;
        published = builder.build();
        ImageDelta delta = builder.delta(before, isReadAnew);
        isReadAnew = false;
        warn(before);
        isPublishing = true;
        try {
            for (ImageListener stage : stages) stage.changed(before, published, delta);
        } finally {
            isPublishing = false;
        }
        List<Runnable> told = List.copyOf(waiting);
        waiting.clear();
        told.forEach(Runnable::run);
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
            isReadAnew = true;
            behind.add(root);
            builder.clear(root);
        }
    }
}
