package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.SeededRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** No configuration grows out of its znode. */
class ConfigLimitsTest {
    private static final Map<String, String> HUGE = Map.of("k", "v".repeat(ConfigChange.MAX_CONFIG_BYTES));

    @Test
    void aChangeThatDoesNotFitIsRefused() {
        ConfigEdit edit = new ConfigEdit(ConfigEntity.group("g"), set -> Answer.ok(HUGE));
        Plan<Map<String, String>> plan = ConfigChange.plan(ClusterImage.EMPTY, List.of(edit));
        assertThat(plan.steps()).isEmpty();
        assertThat(plan.answers().get("groups/g"))
                .isEqualTo(Answer.refused(
                        ErrorCode.INVALID_CONFIG,
                        "The configuration has more than " + ConfigChange.MAX_CONFIG_BYTES + " bytes."));
    }

    @Test
    void aTopicWhoseConfigurationDoesNotFitIsRefused() {
        FakeLoop loop = new FakeLoop();
        MemoryCoordination tree = new MemoryCoordination(loop);
        tree.put("/brokers/ids/0", "{\"version\":5,\"endpoints\":[],\"timestamp\":\"1\"}");
        ClusterFollower follower = new ClusterFollower(tree, loop);
        follower.start(List.of(), () -> {});
        loop.drain();
        NewTopic topic = new NewTopic("t", 1, 1, Map.of(), HUGE, Optional.empty());
        Plan<CreatedTopic> plan =
                new TopicCreation(follower.image(), 1, new AllAllowed()).create(List.of(topic), new SeededRandom(1));
        assertThat(plan.steps()).isEmpty();
        assertThat(plan.answers().get("t").toString()).contains("INVALID_CONFIG");
    }

    private static final class AllAllowed implements ControllerSettings {
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
    }
}
