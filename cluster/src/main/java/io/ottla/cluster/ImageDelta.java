package io.ottla.cluster;

import io.ottla.base.TopicId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What differs between two images.
 *
 * @param topics by name, sorted; those that came, went or changed
 * @param configs whose configuration changed
 * @param brokers that came, went or registered anew
 * @param registrations of brokers that say something else of themselves now, or nothing any more
 * @param controllerChanged another broker is controller now, or none
 */
public record ImageDelta(
        Map<String, TopicChange> topics,
        Set<ConfigEntity> configs,
        Set<Integer> brokers,
        Set<Integer> registrations,
        boolean controllerChanged) {

    public boolean isEmpty() {
        return topics.isEmpty()
                && configs.isEmpty()
                && brokers.isEmpty()
                && registrations.isEmpty()
                && !controllerChanged;
    }

    /**
     * One topic, before and after. A topic that was deleted and made anew under its name has both, with different ids.
     *
     * @param isReadAnew changes may have been missed, so everything was read again ({@link Coordination.Follower#restarted})
     */
    public record TopicChange(Optional<TopicImage> before, Optional<TopicImage> after, boolean isReadAnew) {

        /** The topic that was deleted, if one was; perhaps another of its name has taken its place. */
        public Optional<TopicImage> deleted() {
            return isSameTopic() || vanished().isPresent() ? Optional.empty() : before;
        }

        /**
         * The topic that is missing where everything was read again. Perhaps it was deleted meanwhile; or the coordination service was set back to an
         * older state, and it was made after that. So its records are not to be thrown away (KAFKA-15605).
         */
        public Optional<TopicImage> vanished() {
            return isReadAnew && after.isEmpty() ? before : Optional.empty();
        }

        /** Those partitions of {@link #after} that are new or differ. */
        public List<PartitionImage> changedPartitions() {
            if (after.isEmpty()) return List.of();
            if (!isSameTopic()) return after.get().partitions();
            List<PartitionImage> old = before.orElseThrow().partitions();
            List<PartitionImage> changed = new ArrayList<>();
            for (PartitionImage partition : after.get().partitions()) {
                boolean isOld = partition.partition() < old.size() && partition.equals(old.get(partition.partition()));
                if (!isOld) changed.add(partition);
            }
            return changed;
        }

        /** An id that is given to a topic which had none makes no other topic of it. */
        private boolean isSameTopic() {
            if (before.isEmpty() || after.isEmpty()) return false;
            TopicId old = before.get().id();
            return old.equals(TopicId.ZERO) || old.equals(after.get().id());
        }
    }

    /** Which names may differ, so that a delta need not compare all. */
    static final class Touched {
        final Set<String> topics = new HashSet<>();
        final Set<ConfigEntity> configs = new HashSet<>();
        final Set<Integer> brokers = new HashSet<>();
        final Set<Integer> registrations = new HashSet<>();

        ImageDelta between(ClusterImage before, ClusterImage after, boolean isReadAnew) {
            Map<String, TopicChange> changed = new TreeMap<>();
            for (String name : topics) {
                TopicChange change = new TopicChange(before.topic(name), after.topic(name), isReadAnew);
                if (!change.before.equals(change.after)) changed.put(name, change);
            }
            Set<ConfigEntity> configsChanged = new TreeSet<>(configs);
            configsChanged.removeIf(entity -> before.config(entity).equals(after.config(entity)));
            Set<Integer> brokersChanged = new TreeSet<>(brokers);
            brokersChanged.removeIf(
                    id -> before.brokers().get(id).equals(after.brokers().get(id)));
            Set<Integer> registrationsChanged = new TreeSet<>(registrations);
            registrationsChanged.removeIf(id ->
                    before.registrations().get(id).equals(after.registrations().get(id)));
            return new ImageDelta(
                    changed,
                    configsChanged,
                    brokersChanged,
                    registrationsChanged,
                    before.controllerId() != after.controllerId());
        }
    }
}
