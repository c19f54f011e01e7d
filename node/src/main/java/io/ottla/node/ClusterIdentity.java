package io.ottla.node;

import io.ottla.base.Completion;
import io.ottla.base.Outcome;
import io.ottla.cluster.ClusterIdZnode;
import io.ottla.cluster.Coordination;
import io.ottla.cluster.Coordination.CreateMode;
import io.ottla.cluster.Coordination.Op;
import io.ottla.cluster.Coordination.Result;
import io.ottla.cluster.MalformedZnodeException;
import io.ottla.keeper.Keeper;
import io.ottla.keeper.ZnodeView;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Finds out which cluster this is, before the node claims its log directories; a cluster that has no id yet gets one. */
final class ClusterIdentity {
    private static final String PARENT = "/cluster";
    private static final String PATH = "/cluster/id";

    private ClusterIdentity() {}

    /** @param fresh the id of a cluster that has none yet */
    static void find(Keeper keeper, Coordination coordination, String fresh, Completion<String> completion) {
        Optional<ZnodeView> znode = keeper.node(PATH);
        if (znode.isPresent()) {
            completion.complete(read(znode.get()));
            return;
        }
        // the parent is there or is made; either will do
        coordination.write(List.of(new Op.Create(PARENT, new byte[0], CreateMode.PERSISTENT)), made -> {});
        Op create = new Op.Create(PATH, ClusterIdZnode.encode(fresh), CreateMode.PERSISTENT);
        coordination.write(
                List.of(create),
                result -> completion.complete(
                        switch (result) {
                            case Result.Committed committed -> Outcome.done(fresh);
                            case Result.Refused refused ->
                                Outcome.failed(new IOException(PATH + ": " + refused.reason()));
                            case Result.Unknown(String why) -> Outcome.failed(new IOException(PATH + ": " + why));
                        }));
    }

    private static Outcome<String> read(ZnodeView znode) {
        try {
            return Outcome.done(ClusterIdZnode.decode(PATH, znode.data()));
        } catch (MalformedZnodeException e) {
            return Outcome.failed(new IOException(e.getMessage(), e));
        }
    }
}
