package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.SeededRandom;
import io.ottla.cluster.Coordination.Op;
import io.ottla.cluster.Coordination.Result;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** An external coordination service tells of a change before it answers the write that was refused for it: then no other change comes. */
class LateAnswersTest {
    private static final int TURNS = 50;

    private final FakeLoop loop = new FakeLoop();
    private final MemoryCoordination tree = new MemoryCoordination(loop);
    private boolean isReady;

    private final Coordination late = new Coordination() {
        @Override
        public void write(List<Op> operations, Consumer<Result> answer) {
            tree.write(operations, result -> later(TURNS, () -> answer.accept(result)));
        }

        @Override
        public void follow(String root, Follower follower) {
            tree.follow(root, follower);
        }
    };

    private void later(int turns, Runnable then) {
        if (turns == 0) then.run();
        else loop.execute(() -> later(turns - 1, then));
    }

    private final ControllerSettings settings = new ControllerSettings() {
        @Override
        public int defaultPartitions() {
            return 1;
        }

        @Override
        public int defaultReplicationFactor() {
            return 1;
        }

        @Override
        public boolean isTopicDeletionEnabled() {
            return true;
        }

        @Override
        public boolean isUncleanElectionAllowed(ClusterImage image, String topic) {
            return false;
        }

        @Override
        public Optional<String> configFlaw(String topic, Map<String, String> configs) {
            return Optional.empty();
        }
    };

    private ClusterMember start(Coordination coordination) {
        ClusterMember member = new ClusterMember(
                1, coordination, loop, new SeededRandom(1), settings, FakeFacts.of(loop, 1, true), false);
        isReady = false;
        loop.nowMs += 1_000;
        member.start(
                List.of(),
                List.of(new BrokerImage.Endpoint("PLAINTEXT", "PLAINTEXT", "localhost", 9092)),
                Optional.empty(),
                () -> isReady = true);
        loop.drain();
        return member;
    }

    /** Refuses the first such write, and lets happen what it was refused for. */
    private void refuse(Predicate<Op> which, int index, Coordination.Refusal reason, Runnable happens) {
        tree.intercept(ops -> {
            if (ops.stream().noneMatch(which)) return Optional.empty();
            tree.intercept(others -> Optional.empty());
            happens.run();
            return Optional.of(new Result.Refused(index, reason));
        });
    }

    @Test
    void aFormerLifeThatGoesWhileItIsReplacedDoesNotKeepTheBrokerOut() {
        start(tree).follower().stop();
        tree.stopFollowers();
        refuse(
                op -> op instanceof Op.Delete && op.path().equals(ZnodePath.broker(1)),
                1,
                Coordination.Refusal.NO_NODE,
                tree::expireSession);
        start(late);
        assertThat(isReady).isTrue();
    }

    @Test
    void aControllerThatComesAndGoesDuringAnElectionLeavesAnother() {
        refuse(
                op -> op instanceof Op.Create && op.path().equals(ZnodePath.CONTROLLER),
                1,
                Coordination.Refusal.NODE_EXISTS,
                () -> {
                    tree.put(
                            ZnodePath.CONTROLLER,
                            new String(new ControllerZnode(7, 1).encode(), StandardCharsets.UTF_8));
                    tree.write(List.of(new Op.Delete(ZnodePath.CONTROLLER, Coordination.ANY_VERSION)), result -> {});
                });
        assertThat(start(late).controller().isController()).isTrue();
    }
}
