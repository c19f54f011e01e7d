package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.TopicId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What housekeeping looks at follows what changed, not what there is. */
class HousekeepingDueTest {
    private static final PartitionState LED = new PartitionState(1, 0, 1, List.of(1), false);

    private final Housekeeping.Due due = new Housekeeping.Due();

    private static TopicImage topic(String name, PartitionState state) {
        return new TopicImage(
                name,
                new TopicId(1, name.hashCode()),
                List.of(new PartitionImage(0, List.of(1), List.of(), List.of(), state, state.hasLeader() ? 0 : -1)),
                0,
                true);
    }

    /** Broker 1, a thousand topics in order, and those given. */
    private static ClusterImage image(TopicImage... others) {
        return image(true, others);
    }

    private static ClusterImage image(boolean isClean, TopicImage... others) {
        PersistentMap<String, TopicImage> topics = PersistentMap.empty();
        for (int i = 0; i < 1_000; i++) topics = topics.put("t" + i, topic("t" + i, LED));
        for (TopicImage other : others) topics = topics.put(other.name(), other);
        ClusterImage none = ClusterImage.EMPTY;
        return new ClusterImage(
                1,
                none.clusterId(),
                1,
                none.controllerEpoch(),
                none.brokers().put(1, new BrokerImage(1, 1, List.of(), Optional.empty(), 0)),
                none.registrations().put(1, registration(isClean)),
                topics,
                none.namesById(),
                none.doomed(),
                none.configs(),
                none.configChanges(),
                none.producerIds(),
                none.damaged());
    }

    private static Registration registration(boolean isClean) {
        TopicId id = new TopicId(1, 1);
        return new Registration(
                0, 0, id, List.of(id), isClean, Map.of(), Map.of(), Registration.EpochsFound.NOTHING, Map.of());
    }

    private static ImageDelta delta(Set<Integer> brokers, TopicImage... changed) {
        Map<String, ImageDelta.TopicChange> topics = new TreeMap<>();
        for (TopicImage topic : changed)
            topics.put(topic.name(), new ImageDelta.TopicChange(Optional.empty(), Optional.of(topic), false));
        return new ImageDelta(topics, Set.of(), brokers, Set.of(), false);
    }

    @Test
    void aTopicThatIsHalfMadeIsLookedAtAlone() {
        TopicImage halfMade = topic("new", PartitionState.NONE);
        ClusterImage image = image(halfMade);
        due.add(image, delta(Set.of(), halfMade));
        assertThat(due.isPressing()).isTrue();
        assertThat(due.take(image)).containsExactly(halfMade);
        assertThat(due.isPressing()).isFalse();
        assertThat(due.take(image)).isEmpty();
    }

    @Test
    void aTopicThatIsInOrderIsNotLookedAt() {
        TopicImage made = topic("new", LED);
        due.add(image(made), delta(Set.of(), made));
        assertThat(due.isPressing()).isFalse();
    }

    @Test
    void allAreLookedAtWhenABrokerComesOrGoes() {
        due.add(image(), delta(Set.of(2)));
        assertThat(due.take(image())).hasSize(1_000);
    }

    @Test
    void allAreLookedAtWhenABrokerSaysThatItDidNotStopCleanly() {
        ImageDelta said = new ImageDelta(Map.of(), Set.of(), Set.of(), Set.of(1), false);
        due.add(image(true), said);
        assertThat(due.isPressing()).isFalse();
        due.add(image(false), said);
        assertThat(due.isPressing()).isTrue();
        assertThat(due.take(image(false))).hasSize(1_000);
    }

    @Test
    void whatIsUncertainIsLookedAtWhenThereIsTime() {
        due.addAllAgain();
        assertThat(due.isPressing()).isFalse();
        assertThat(due.take(image())).hasSize(1_000);
    }

    @Test
    void whatCouldNotBeMendedWaitsForTheNextChange() {
        TopicImage halfMade = topic("new", PartitionState.NONE);
        due.addAgain("t7");
        assertThat(due.isPressing()).isFalse();
        due.add(image(halfMade), delta(Set.of(), halfMade));
        assertThat(due.take(image(halfMade))).extracting(TopicImage::name).containsExactly("new", "t7");
    }
}
