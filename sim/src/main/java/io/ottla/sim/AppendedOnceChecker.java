package io.ottla.sim;

import io.ottla.sim.Observation.Fetched;
import io.ottla.sim.Observation.MayForget;
import io.ottla.sim.Observation.Produced;
import io.ottla.sim.Observation.Read;
import io.ottla.sim.Observation.Written;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Each record of an idempotent producer is in the log once (R12), with the sequence number that it was sent with, in
 * the order in which it was sent (R11), and none of that producer's is left out before it (R13). And nothing is in the
 * log that nobody sent to this incarnation of the topic.
 */
final class AppendedOnceChecker extends HistoryChecker<Observation> {
    private final Map<Stream, Map<String, Producer>> streams = new HashMap<>();
    private final Set<Stream> withGaps = new HashSet<>();

    /** What one producer sent to one stream, by sequence number, and where it was seen. */
    private static final class Producer {
        final Map<Integer, Written> sent = new HashMap<>();
        final NavigableMap<Integer, Long> offsets = new TreeMap<>();
    }

    AppendedOnceChecker(History<Observation> history) {
        super("R11 R12 R13 a producer's records are in the log once, in the order sent, without gaps", history);
    }

    @Override
    void look(Observation observation) {
        switch (observation) {
            case MayForget(Stream stream, boolean byTime, boolean byKey) when byKey -> withGaps.add(stream);
            case Produced(Stream stream, var records) -> {
                for (Written record : records)
                    of(stream, record.producer()).sent.put(record.sequence(), record);
            }
            case Fetched fetched -> {
                Map<String, Integer> last = new HashMap<>();
                for (Read record : fetched.records()) look(fetched, record, last);
            }
            default -> {}
        }
    }

    private Producer of(Stream stream, String producer) {
        return streams.computeIfAbsent(stream, absent -> new HashMap<>())
                .computeIfAbsent(producer, absent -> new Producer());
    }

    private void look(Fetched fetched, Read record, Map<String, Integer> last) {
        if (record.value().isEmpty()) return; // a tombstone does not say whose it is
        String[] name = record.value().get().split("/", 3);
        int sequence = Integer.parseInt(name[1]);
        Producer producer = of(fetched.stream(), name[0]);
        Written sent = producer.sent.get(sequence);
        if (sent == null || !sent.value().equals(record.value()))
            throw broken("nobody sent %s, which is in %s", record, fetched);
        if (record.sequence().isPresent() && record.sequence().getAsLong() != sequence)
            throw broken("%s has another sequence number than %d in %s", record, sequence, fetched);
        Long before = producer.offsets.put(sequence, record.offset());
        if (before != null && before != record.offset())
            throw broken("%s is at %d too, in %s", record, before, fetched);
        Map.Entry<Integer, Long> lower = producer.offsets.lowerEntry(sequence);
        Map.Entry<Integer, Long> higher = producer.offsets.higherEntry(sequence);
        if ((lower != null && lower.getValue() >= record.offset())
                || (higher != null && higher.getValue() <= record.offset()))
            throw broken("%s is out of order: %s, %s; in %s", record, lower, higher, fetched);
        Integer previous = last.put(name[0], sequence);
        if (previous != null && sequence != previous + 1 && !withGaps.contains(fetched.stream()))
            throw broken("%s has %d after %d in %s", name[0], sequence, previous, fetched);
    }
}
