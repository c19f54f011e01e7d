package io.ottla.keeper.tree;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What stands in the nodes zookeeper_limits and zookeeper_stats (StatsTrack of the original):
 *
 * <pre>
 * numbers := "count=" n ",bytes=" n ["=" (";" key "=" n)*]      keys sorted; the second "=" hides the rest from servers before 3.7
 * </pre>
 *
 * Read is what has "," or ";" between its pairs. Clients write these nodes, so anything may stand there: a pair that is none does not count,
 * where the original would stop.
 */
public final class QuotaNumbers {
    public static final String COUNT = "count";
    static final String BYTES = "bytes";
    static final String COUNT_HARD = "countHardLimit";
    static final String BYTES_HARD = "byteHardLimit";

    /** Of what is not limited, or not known. */
    static final long NONE = -1;

    private static final Set<String> FIRST = Set.of(COUNT, BYTES);

    private final Map<String, Long> numbers = new TreeMap<>();

    public static QuotaNumbers of(Znode node) {
        QuotaNumbers read = new QuotaNumbers();
        String text = new String(node.content(), node.dataStart(), node.dataLength(), StandardCharsets.UTF_8);
        for (String pair : text.split("[,;]+", -1)) {
            String[] parts = pair.split("=", -1);
            try {
                boolean empty = parts.length == 1 || parts[1].isEmpty();
                if (!parts[0].isEmpty()) read.numbers.put(parts[0], empty ? NONE : Long.parseLong(parts[1]));
            } catch (NumberFormatException e) {
                continue;
            }
        }
        return read;
    }

    public long get(String key) {
        return numbers.getOrDefault(key, NONE);
    }

    QuotaNumbers set(String key, long value) {
        numbers.put(key, value);
        return this;
    }

    byte[] toBytes() {
        StringBuilder text = new StringBuilder();
        text.append(COUNT + "=").append(get(COUNT)).append("," + BYTES + "=").append(get(BYTES));
        StringBuilder others = new StringBuilder();
        numbers.forEach((key, value) -> {
            if (!FIRST.contains(key)) others.append(';').append(key).append('=').append(value);
        });
        if (!others.isEmpty()) text.append('=').append(others);
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }
}
