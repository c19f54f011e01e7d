package io.ottla.keeper;

import io.ottla.base.Clock;
import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.tree.Znode;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.keeper.write.Pipeline;
import io.ottla.keeper.write.Token;
import io.ottla.zookeeperprotocol.EphemeralOwner;
import java.util.Optional;

/**
 * Removes containers that are empty again, and TTL nodes that nobody has written to for their time, by transactions of the server's own
 * (ContainerManager of the original). Looks at all of them every so often, some at a time, and removes no more in a minute than it may; a node that has
 * changed when its turn comes in the log stays.
 */
final class Cleaner {
    /** So many nodes are looked at between two other events of the loop. */
    private static final int LOOKED_AT_ONCE = 2000;

    private static final int STEP_MS_MIN = 100;
    private static final int MINUTE_MS = 60_000;

    private final KeeperOptions.Nodes options;
    private final Clock clock;
    private final ZnodeTree tree;
    private final Pipeline pipeline;
    private final int stepMs;
    private final int perStep;
    private Optional<Clock.Timer> timer = Optional.empty();
    private boolean stopped;
    private Znode[] all = {};
    private int next;

    Cleaner(KeeperOptions.Nodes options, Clock clock, ZnodeTree tree, Pipeline pipeline) {
        this.options = options;
        this.clock = clock;
        this.tree = tree;
        this.pipeline = pipeline;
        stepMs = Math.max(STEP_MS_MIN, MINUTE_MS / options.cleanedPerMinute());
        perStep = Math.max(1, (int) ((long) options.cleanedPerMinute() * stepMs / MINUTE_MS));
    }

    void start() {
        if (options.cleaningIntervalMs() > 0) after(options.cleaningIntervalMs(), this::begin);
    }

    void stop() {
        stopped = true;
        timer.ifPresent(Clock.Timer::cancel);
    }

    private void after(int delayMs, Runnable then) {
        if (!stopped) timer = Optional.of(clock.after(delayMs, then));
    }

    private void begin() {
        all = tree.owned().cleanable().toArray(new Znode[0]);
        next = 0;
        look();
    }

    private void look() {
        if (stopped) return;
        int end = Math.min(all.length, next + LOOKED_AT_ONCE);
        int removed = 0;
        while (next < end && removed < perStep) {
            Znode node = all[next];
            all[next++] = null;
            if (!due(node)) continue;
            if (pipeline.refusal(0).isPresent()) break;
            Request remove = new Request.DeleteContainer(node.path(), node.czxid(), node.mzxid());
            pipeline.propose(Caller.server(0), 0, remove, Token.NOBODY);
            removed++;
        }
        if (next == all.length) after(options.cleaningIntervalMs(), this::begin);
        else if (removed == perStep || next < end) after(stepMs, this::look);
        else clock.execute(this::look);
    }

    private boolean due(Znode node) {
        if (node.parent == null || node.numChildren() > 0) return false;
        long idleMs = clock.nowMs() - node.mtimeMs();
        // a new one has time to get its first child
        if (node.owner() == EphemeralOwner.CONTAINER)
            return node.cversion() > 0 || (options.unusedContainerMs() > 0 && idleMs > options.unusedContainerMs());
        return options.extendedTypes()
                && EphemeralOwner.isTtl(node.owner())
                && idleMs > EphemeralOwner.ttlMs(node.owner());
    }
}
