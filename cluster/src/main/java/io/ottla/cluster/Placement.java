package io.ottla.cluster;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which brokers hold a partition: consistent hashing with bounded loads, rack-aware.
 *
 * <p>Each partition ranks the brokers by a hash of both (rendezvous hashing; Thaler, Ravishankar 1998) and takes the
 * first ones that may hold more (bounded loads; Mirrokni, Thorup, Zadimoghaddam: Consistent Hashing with Bounded Loads,
 * 2018). So a broker that comes or goes moves only its share, and none has more than its bound:
 *
 * <ul>
 *   <li>of one topic, no more partitions to lead, and no more replicas, than an even spread gives, rounded up;
 *   <li>of all topics, no more replicas than {@link #SLACK_PERCENT} above the even spread.
 * </ul>
 *
 * <p>The replicas of a partition are on as many racks as can be, if every broker has one. Where bounds cannot all be
 * kept, the one of all topics gives way first, then the topic's of replicas, then the topic's of leaders, the racks last.
 */
final class Placement {
    /** How far above the average a broker's load may be, over all topics. */
    static final int SLACK_PERCENT = 25;

    private final List<Integer> brokers = new ArrayList<>();
    private final Map<Integer, String> racks = new HashMap<>();
    private final Map<Integer, Integer> load = new HashMap<>();
    private long totalLoad;

    /** Over the brokers of the image, with what they hold already. */
    Placement(ClusterImage image) {
        image.brokers().forEach((id, broker) -> {
            brokers.add(id);
            broker.rack().ifPresent(rack -> racks.put(id, rack));
        });
        if (racks.size() < brokers.size()) racks.clear();
        if (brokers.size() > 1)
            image.topics()
                    .forEach((name, topic) -> topic.partitions()
                            .forEach(partition -> partition.replicas().forEach(this::count)));
    }

    int brokerCount() {
        return brokers.size();
    }

    /**
     * Places the partitions of one topic from {@code existing.size()} on, and counts them as load.
     *
     * @param existing replicas of the partitions that the topic has already
     * @param count of partitions to place
     * @param replicationFactor at most the number of brokers
     * @return replicas of each new partition, the preferred leader first
     */
    List<List<Integer>> place(String topic, List<List<Integer>> existing, int count, int replicationFactor) {
        int total = existing.size() + count;
        if (brokers.size() == 1) return Collections.nCopies(count, List.of(brokers.getFirst()));
        TopicLoad topicLoad = new TopicLoad(
                ceilDiv((long) total * replicationFactor, brokers.size()), ceilDiv(total, brokers.size()));
        existing.forEach(topicLoad::count);
        long bound =
                ceilDiv((totalLoad + (long) count * replicationFactor) * (100 + SLACK_PERCENT), 100L * brokers.size());
        List<List<Integer>> placed = new ArrayList<>(count);
        for (int partition = existing.size(); partition < total; partition++) {
            List<Integer> replicas = choose(ranked(topic, partition), replicationFactor, topicLoad, bound);
            topicLoad.count(replicas);
            replicas.forEach(this::count);
            placed.add(replicas);
        }
        return placed;
    }

    private void count(int broker) {
        load.merge(broker, 1, Integer::sum);
        totalLoad++;
    }

    private List<Integer> choose(List<Integer> ranked, int replicationFactor, TopicLoad topicLoad, long bound) {
        List<Integer> chosen = new ArrayList<>(replicationFactor);
        Set<String> racksUsed = new HashSet<>();
        int rackCount = new HashSet<>(racks.values()).size();
        while (chosen.size() < replicationFactor) {
            // all racks have one replica: begin a second round over them
            if (racksUsed.size() == rackCount) racksUsed.clear();
            int next = next(ranked, chosen, racksUsed, topicLoad, bound);
            chosen.add(next);
            if (!racks.isEmpty()) racksUsed.add(racks.get(next));
        }
        return List.copyOf(chosen);
    }

    private int next(
            List<Integer> ranked, List<Integer> chosen, Set<String> racksUsed, TopicLoad topicLoad, long bound) {
        for (Strictness strictness : Strictness.values()) {
            Optional<Integer> found = ranked.stream()
                    .filter(broker -> !chosen.contains(broker))
                    .filter(broker -> strictness == Strictness.NONE || !racksUsed.contains(racks.get(broker)))
                    .filter(broker -> strictness.compareTo(Strictness.LEADERS) > 0
                            || !chosen.isEmpty()
                            || topicLoad.hasRoomToLead(broker))
                    .filter(broker -> strictness.compareTo(Strictness.REPLICAS) > 0 || topicLoad.hasRoom(broker))
                    .filter(broker -> strictness != Strictness.ALL || load.getOrDefault(broker, 0) < bound)
                    .findFirst();
            if (found.isPresent()) return found.get();
        }
        throw new IllegalStateException("more replicas than brokers");
    }

    /** The bounds that hold, from all to none. */
    private enum Strictness {
        ALL,
        REPLICAS,
        LEADERS,
        RACKS,
        NONE
    }

    private record TopicLoad(
            long replicasMax, long leadersMax, Map<Integer, Integer> replicas, Map<Integer, Integer> leaders) {
        TopicLoad(long replicasMax, long leadersMax) {
            this(replicasMax, leadersMax, new HashMap<>(), new HashMap<>());
        }

        void count(List<Integer> placed) {
            leaders.merge(placed.getFirst(), 1, Integer::sum);
            placed.forEach(broker -> replicas.merge(broker, 1, Integer::sum));
        }

        boolean hasRoom(int broker) {
            return replicas.getOrDefault(broker, 0) < replicasMax;
        }

        boolean hasRoomToLead(int broker) {
            return leaders.getOrDefault(broker, 0) < leadersMax;
        }
    }

    private List<Integer> ranked(String topic, int partition) {
        long key = mix(hash(topic) + partition);
        List<Integer> ranked = new ArrayList<>(brokers);
        ranked.sort(Comparator.<Integer>comparingLong(broker -> mix(key ^ mix(broker)))
                .thenComparing(Comparator.naturalOrder()));
        return ranked;
    }

    /** FNV-1a, 64 bits. */
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        return hash;
    }

    /** The finaliser of SplitMix64. */
    private static long mix(long value) {
        long z = value + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    private static long ceilDiv(long a, long b) {
        return (a + b - 1) / b;
    }
}
