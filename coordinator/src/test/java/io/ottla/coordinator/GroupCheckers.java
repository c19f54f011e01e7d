package io.ottla.coordinator;

import static io.ottla.base.Invariant.invariant;

import io.ottla.base.TopicPartition;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The invariants of groups, one small class each; numbers as in the catalogue of invariants. */
final class GroupCheckers {
    final Replies replies = new Replies();
    final Generations generations = new Generations();
    final Offsets offsets = new Offsets();

    private long members;

    long nextMember() {
        return ++members;
    }

    /** Every request is answered, once. */
    static final class Replies {
        private final Set<Object> open = new HashSet<>();
        int answered;

        <R> ReplyTo<R> expect(String who, ReplyTo<R> then) {
            Object token = new Object() {
                @Override
                public String toString() {
                    return who;
                }
            };
            open.add(token);
            return response -> {
                invariant(open.remove(token), "%s was answered twice", who);
                answered++;
                then.send(response);
            };
        }

        int unanswered() {
            return open.size();
        }
    }

    /** G1: no two current members of a generation own the same partition. Who is fenced is none, if it knows or not. */
    static void noDoubleOwner(List<ChaosConsumer> consumers) {
        Map<String, String> owners = new HashMap<>();
        for (ChaosConsumer consumer : consumers) {
            boolean isFenced = consumer.instanceId.isPresent()
                    && consumers.stream()
                            .anyMatch(other -> other.groupId.equals(consumer.groupId)
                                    && other.instanceId.equals(consumer.instanceId)
                                    && other.memberSince > consumer.memberSince);
            if (isFenced) continue;
            for (int partition : consumer.owned) {
                String what = consumer.groupId + " generation " + consumer.generation + " partition " + partition;
                String other = owners.put(what, consumer.name);
                invariant(other == null, "%s is owned by %s and %s", what, other, consumer.name);
            }
        }
    }

    /** G2, G3: once a generation has been stable, nobody of an older one commits anything. */
    static final class Generations {
        private final Map<String, Integer> latest = new HashMap<>();

        int latest(String groupId) {
            return latest.getOrDefault(groupId, -1);
        }

        /** A member got its assignment in that generation. */
        void stable(String groupId, int generation) {
            latest.merge(groupId, generation, Math::max);
        }

        /** A commit was accepted that came when {@code latestThen} had been stable. */
        void accepted(String groupId, String who, int generation, int latestThen) {
            invariant(
                    generation >= latestThen,
                    "%s of generation %d committed to %s, which had %d",
                    who,
                    generation,
                    groupId,
                    latestThen);
        }
    }

    /** G4: a fetch returns the last acknowledged commit or a later one, and nothing that nobody committed. */
    static final class Offsets {
        private final Map<TopicPartition, Long> sent = new HashMap<>();
        private final Map<TopicPartition, Long> acknowledged = new HashMap<>();
        int fetches;

        long nextValue(String groupId, int partition) {
            return sent.merge(new TopicPartition(groupId, partition), 1L, Long::sum);
        }

        void acknowledged(String groupId, int partition, long value) {
            acknowledged.merge(new TopicPartition(groupId, partition), value, Math::max);
        }

        long acknowledged(String groupId, int partition) {
            return acknowledged.getOrDefault(new TopicPartition(groupId, partition), -1L);
        }

        void fetched(TopicPartition partition, long atLeast, long value) {
            fetches++;
            long most = sent.getOrDefault(partition, -1L);
            invariant(
                    value >= atLeast && value <= most && value != 0,
                    "%s: fetched %d, acknowledged was %d, sent %d",
                    partition,
                    value,
                    atLeast,
                    most);
        }
    }
}
