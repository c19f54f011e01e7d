package io.ottla.node;

import io.ottla.base.Completion;
import io.ottla.base.Outcome;
import io.ottla.cluster.ClusterIdZnode;
import io.ottla.cluster.Coordination;
import io.ottla.cluster.Coordination.CreateMode;
import io.ottla.cluster.Coordination.Op;
import io.ottla.cluster.Coordination.Refusal;
import io.ottla.cluster.Coordination.Result;
import io.ottla.cluster.Coordination.Znode;
import io.ottla.cluster.MalformedZnodeException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Finds out which cluster this is, before the node claims its log directories; a cluster that has no id yet gets one. If
 * several brokers find none at once, the first gives it.
 */
final class ClusterIdentity implements Coordination.Follower {
    private static final String PARENT = "/cluster";
    private static final String PATH = "/cluster/id";

    private final Coordination coordination;
    private final String fresh;
    private final Completion<String> completion;
    private Optional<Znode> found = Optional.empty();
    private boolean isDone;

    private ClusterIdentity(Coordination coordination, String fresh, Completion<String> completion) {
        this.coordination = coordination;
        this.fresh = fresh;
        this.completion = completion;
    }

    /** @param fresh the id of a cluster that has none yet */
    static void find(Coordination coordination, String fresh, Completion<String> completion) {
        coordination.follow(PATH, new ClusterIdentity(coordination, fresh, completion));
    }

    @Override
    public void present(Znode node) {
        found = Optional.of(node);
    }

    @Override
    public void caughtUp() {
        if (isDone || found.isPresent()) {
            finish();
            return;
        }
        // the parent is there or is made; either will do
        coordination.write(List.of(new Op.Create(PARENT, new byte[0], CreateMode.PERSISTENT)), made -> {});
        Op create = new Op.Create(PATH, ClusterIdZnode.encode(fresh), CreateMode.PERSISTENT);
        coordination.write(List.of(create), result -> {
            // followers are told before the answer comes, so what is there is known now
            if (found.isPresent()) finish();
            else if (result instanceof Result.Refused(int index, Refusal reason)) fail(reason.toString());
            else if (result instanceof Result.Unknown(String why)) fail(why);
        });
    }

    @Override
    public void created(Znode node) {
        found = Optional.of(node);
    }

    @Override
    public void dataChanged(Znode node) {}

    @Override
    public void deleted(String path, long zxid) {}

    @Override
    public void restarted() {}

    private void finish() {
        if (isDone) return;
        isDone = true;
        Znode znode = found.orElseThrow();
        try {
            completion.complete(Outcome.done(ClusterIdZnode.decode(PATH, znode.data())));
        } catch (MalformedZnodeException e) {
            completion.complete(Outcome.failed(new IOException(e.getMessage(), e)));
        }
    }

    private void fail(String why) {
        if (isDone) return;
        isDone = true;
        completion.complete(Outcome.failed(new IOException(PATH + ": " + why)));
    }
}
