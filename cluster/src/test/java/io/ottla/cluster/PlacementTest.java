package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Even, stable under change of brokers, and spread over racks. */
class PlacementTest {

    private static ClusterImage cluster(int brokers, int racks) {
        ClusterImage image = ClusterImage.EMPTY;
        for (int id = 1; id <= brokers; id++) {
            Optional<String> rack = racks == 0 ? Optional.empty() : Optional.of("r" + id % racks);
            image = with(image, new BrokerImage(id, 1, List.of(), rack, 0));
        }
        return image;
    }

    private static ClusterImage with(ClusterImage image, BrokerImage broker) {
        return new ClusterImage(
                0,
                Optional.empty(),
                ClusterImage.NO_CONTROLLER,
                image.controllerEpoch(),
                image.brokers().put(broker.id(), broker),
                image.registrations(),
                image.topics(),
                image.namesById(),
                image.doomed(),
                image.configs(),
                image.configChanges(),
                image.producerIds(),
                image.damaged());
    }

    @Test
    void oneBrokerHasEverything() {
        assertThat(new Placement(cluster(1, 0)).place("t", List.of(), 3, 1))
                .isEqualTo(List.of(List.of(1), List.of(1), List.of(1)));
    }

    @Test
    void leadersAndReplicasOfATopicAreEven() {
        for (int brokers = 2; brokers <= 7; brokers++) {
            for (int factor = 1; factor <= Math.min(3, brokers); factor++) {
                List<List<Integer>> placed = new Placement(cluster(brokers, 0)).place("t", List.of(), 50, factor);
                Map<Integer, Integer> leaders = new TreeMap<>();
                placed.forEach(replicas -> {
                    assertThat(replicas).doesNotHaveDuplicates();
                    leaders.merge(replicas.getFirst(), 1, Integer::sum);
                });
                assertThat(placed).allMatch(replicas -> !replicas.isEmpty()).hasSize(50);
                int most = leaders.values().stream().max(Integer::compare).orElseThrow();
                assertThat(most).isLessThanOrEqualTo((50 + brokers - 1) / brokers);
            }
        }
    }

    @Test
    void manySmallTopicsAreEvenToo() {
        Placement placement = new Placement(cluster(5, 0));
        Map<Integer, Integer> load = new TreeMap<>();
        for (int topic = 0; topic < 1000; topic++) {
            placement
                    .place("topic-" + topic, List.of(), 1, 2)
                    .forEach(replicas -> replicas.forEach(broker -> load.merge(broker, 1, Integer::sum)));
        }
        assertThat(load).hasSize(5);
        assertThat(load.values()).allMatch(count -> count > 300 && count <= 501);
    }

    @Test
    void aNewBrokerTakesLittleMoreThanItsShare() {
        List<List<Integer>> four = new Placement(cluster(4, 0)).place("t", List.of(), 1000, 1);
        List<List<Integer>> five = new Placement(cluster(5, 0)).place("t", List.of(), 1000, 1);
        int moved = 0;
        for (int partition = 0; partition < 1000; partition++) {
            if (!four.get(partition).equals(five.get(partition))) moved++;
        }
        assertThat(moved).isBetween(200, 300);
    }

    @Test
    void replicasOfAPartitionAreOnDifferentRacks() {
        List<List<Integer>> placed = new Placement(cluster(6, 3)).place("t", List.of(), 100, 3);
        for (List<Integer> replicas : placed) {
            assertThat(new HashSet<>(replicas.stream().map(broker -> broker % 3).toList()))
                    .hasSize(3);
        }
        // two racks for three replicas: no rack has all
        for (List<Integer> replicas : new Placement(cluster(6, 2)).place("t", List.of(), 100, 3)) {
            assertThat(new HashSet<>(replicas.stream().map(broker -> broker % 2).toList()))
                    .hasSize(2);
        }
    }

    @Test
    void partitionsThatAreAddedCountThoseThatWereThere() {
        List<List<Integer>> existing = new ArrayList<>();
        for (int partition = 0; partition < 10; partition++) existing.add(List.of(1));
        List<List<Integer>> added = new Placement(cluster(3, 0)).place("t", existing, 11, 1);
        assertThat(added).hasSize(11).doesNotContain(List.of(1));
    }

    @Test
    void theSamePlaceEveryTime() {
        assertThat(new Placement(cluster(5, 0)).place("t", List.of(), 10, 3))
                .isEqualTo(new Placement(cluster(5, 0)).place("t", List.of(), 10, 3));
    }
}
