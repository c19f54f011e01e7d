package io.ottla.sim;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What idempotent producers sent to one partition and were told, kept outside the machine: against it the log is held
 * after every start. A batch of a producer has its number in the value of each record, {@code producer/batch/record}.
 */
final class LogHistory {
    /** So many batches a producer may have unanswered, as the broker remembers the last five of each. */
    static final int IN_FLIGHT_MAX = 5;

    /** @param records how many; their sequence numbers follow those of the batch before */
    record Sent(int producer, int number, int baseSequence, int records) {
        String value(int record) {
            return producer + "/" + number + "/" + record;
        }
    }

    /** One producer. */
    static final class Producer {
        final int id;
        final List<Sent> unanswered = new ArrayList<>();
        final List<Sent> answered = new ArrayList<>();
        int nextSequence;

        Producer(int id) {
            this.id = id;
        }

        Sent next(int records) {
            Sent sent = new Sent(id, answered.size() + unanswered.size(), nextSequence, records);
            nextSequence += records;
            unanswered.add(sent);
            return sent;
        }
    }

    final List<Producer> producers = new ArrayList<>();
    /** The values by offset, as of the last look, as far as they were durable or survived it. */
    private List<String> lastSeen = List.of();

    LogHistory(int producerCount) {
        for (int id = 0; id < producerCount; id++) producers.add(new Producer(id));
    }

    /**
     * What a start found, by offset from 0.
     *
     * @throws AssertionError if something answered is missing (R4), something is there twice or out of order (R10), or
     *     a start changed what an earlier one had found
     */
    void found(List<String> values) {
        Set<String> once = new HashSet<>();
        int[] nextOf = new int[producers.size()];
        List<String> expected = new ArrayList<>();
        for (String value : values) if (!once.add(value)) throw new AssertionError(value + " is in the log twice");
        for (Producer producer : producers) {
            expected.clear();
            producer.answered.forEach(sent -> add(sent, expected));
            int answered = expected.size();
            producer.unanswered.forEach(sent -> add(sent, expected));
            List<String> has = values.stream()
                    .filter(value -> value.startsWith(producer.id + "/"))
                    .toList();
            nextOf[producer.id] = has.size();
            if (has.size() < answered)
                throw new AssertionError("lost: producer " + producer.id + " was answered " + answered + " records, "
                        + has.size() + " are there, the first missing is " + expected.get(has.size()));
            if (has.size() > expected.size() || !has.equals(expected.subList(0, has.size())))
                throw new AssertionError("out of order: producer " + producer.id + " has " + has);
        }
        int common = Math.min(values.size(), lastSeen.size());
        if (!values.subList(0, common).equals(lastSeen.subList(0, common)))
            throw new AssertionError("a record has another offset than it had before");
        lastSeen = List.copyOf(values);
    }

    private static void add(Sent sent, List<String> to) {
        for (int record = 0; record < sent.records(); record++) to.add(sent.value(record));
    }

    /** Whether the last look found a batch. */
    boolean has(Sent sent) {
        return lastSeen.contains(sent.value(sent.records() - 1));
    }

    /** The last look's values, for comparing two starts in a row. */
    List<String> lastSeen() {
        return lastSeen;
    }
}
