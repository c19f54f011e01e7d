package io.ottla.load;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What to do to a topic that exists.
 *
 * @param topic its name
 * @param partitions how many partitions it has
 * @param activePartitions records go to this many of them in turn; 0 lets the client's partitioner choose
 * @param recordBytes size of a record's value; at least {@link Stamp#BYTES} where there are both producers and consumers
 * @param count how many records; 0 if only the duration ends the load
 * @param durationS how many seconds, warm-up included; 0 if only the count ends it
 * @param warmupS the first seconds, which are not counted
 * @param ratePerS records a second of all producers together, or of all consumers if there are no producers; 0 as fast as they can
 * @param producers how many producers, each a client of its own
 * @param consumers how many consumers, each a client of its own
 * @param group the group that the consumers join; empty when they divide the partitions among themselves
 */
public record LoadPlan(
        Kind kind,
        String topic,
        int partitions,
        int activePartitions,
        int recordBytes,
        long count,
        double durationS,
        double warmupS,
        double ratePerS,
        int producers,
        int consumers,
        String group) {

    /** Which side of the broker is loaded. */
    public enum Kind {
        PRODUCE("produce"),
        CONSUME("consume"),
        END_TO_END("e2e"),
        MIXED("mixed");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        /** As it is called on the command line. */
        public String word() {
            return word;
        }
    }

    public LoadPlan {
        if ((kind == Kind.PRODUCE && consumers != 0) || (kind == Kind.CONSUME && producers != 0))
            throw new IllegalArgumentException(kind + " with " + producers + " producers, " + consumers + " consumers");
        if (recordBytes < 0) throw new IllegalArgumentException("records of " + recordBytes + " bytes");
        if (producers + consumers == 0) throw new IllegalArgumentException("neither producers nor consumers");
        if (producers > 0 && count <= 0 && durationS <= 0)
            throw new IllegalArgumentException("neither a count nor a duration ends this load");
        if (producers > 0 && consumers > 0 && recordBytes < Stamp.BYTES)
            throw new IllegalArgumentException("records of " + recordBytes + " bytes have no room for their time");
        if (activePartitions < 0 || activePartitions > partitions)
            throw new IllegalArgumentException(activePartitions + " active of " + partitions + " partitions");
    }

    /** Whether each record carries when it was due, for the consumers to tell how long it took. */
    boolean stamped() {
        return producers > 0 && consumers > 0;
    }

    /** For reports; what is left to chance or does not apply is left out. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("load", kind.word());
        map.put("topic", topic);
        map.put("partitions", partitions);
        if (activePartitions > 0) map.put("activePartitions", activePartitions);
        if (producers > 0) map.put("recordBytes", recordBytes);
        if (count > 0) map.put("count", count);
        if (durationS > 0) map.put("durationS", durationS);
        if (warmupS > 0) map.put("warmupS", warmupS);
        map.put("ratePerS", ratePerS > 0 ? ratePerS : "unlimited");
        if (producers > 0) map.put("producers", producers);
        if (consumers > 0) map.put("consumers", consumers);
        if (!group.isEmpty()) map.put("group", group);
        return map;
    }
}
