package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.SeededRandom;
import io.ottla.base.TopicPartition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** A controller that has too much to do says so of each subject, and does not decide to find out what they are. */
class ControllerQueueTest {
    private final FakeLoop loop = new FakeLoop();
    private int decided;

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
            decided++;
            return true;
        }

        @Override
        public boolean isUncleanElectionAllowed(ClusterImage image, String topic) {
            return false;
        }

        @Override
        public Optional<String> configFlaw(String topic, Map<String, String> configs) {
            decided++;
            return Optional.empty();
        }
    };

    private final ClusterMember member = new ClusterMember(
            1, new MemoryCoordination(loop), loop, new SeededRandom(1), settings, FakeFacts.of(loop, 1, true), false);
    private final Map<String, String> answers = new LinkedHashMap<>();

    private <T> Consumer<Map<String, Answer<T>>> answer() {
        return told -> told.forEach((subject, answer) -> answers.put(
                subject,
                answer instanceof Answer.Refused<T> refused ? refused.error().name() : "OK"));
    }

    @Test
    void whatIsTooMuchIsRefusedAtOnceSubjectBySubject() {
        member.start(
                List.of(),
                List.of(new BrokerImage.Endpoint("PLAINTEXT", "PLAINTEXT", "localhost", 9092)),
                Optional.empty(),
                () -> {});
        loop.drain();
        Controller controller = member.controller();
        // one more than may wait, since the first does not
        for (int i = 0; i <= Controller.MAX_QUEUED_COMMANDS; i++) controller.deleteTopics(List.of("no"), told -> {});
        int before = decided;
        List<NewTopic> topics = new ArrayList<>();
        for (String name : List.of("z", "a")) topics.add(NewTopic.of(name, 1_000, 1));
        controller.createTopics(topics, false, answer());
        controller.deleteTopics(List.of("gone"), answer());
        controller.createPartitions(List.of(new NewPartitions("grown", 7, Optional.empty())), false, answer());
        controller.alterConfigs(
                List.of(new ConfigEdit(ConfigEntity.topic("t"), set -> Answer.ok(set))), false, answer());
        controller.electLeaders(Optional.of(List.of(new TopicPartition("t", 3))), false, answer());
        assertThat(answers).isEmpty(); // never within the call
        assertThat(decided).isEqualTo(before);
        loop.drain();
        assertThat(answers.keySet()).containsExactly("z", "a", "gone", "grown", "topics/t", "t-3");
        assertThat(answers.values()).containsOnly("THROTTLING_QUOTA_EXCEEDED");
    }
}
