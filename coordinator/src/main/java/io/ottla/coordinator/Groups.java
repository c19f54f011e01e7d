package io.ottla.coordinator;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;

/**
 * The classic groups of a shard that are alive: those that somebody has asked something of. A group that only lies in
 * the log is made alive when it is wanted, and costs nothing until then.
 */
final class Groups {
    private final GroupState state;
    private final Rebalances rebalances;
    private final Map<String, ClassicGroup> alive = new HashMap<>();

    Groups(GroupState state, Rebalances rebalances) {
        this.state = state;
        this.rebalances = rebalances;
    }

    /** The group as writes see it. Members that only the log knows get a full session to show that they are there. */
    Optional<ClassicGroup> find(Turn turn, String groupId) {
        ClassicGroup alreadyAlive = alive.get(groupId);
        if (alreadyAlive != null) return Optional.of(alreadyAlive);
        return state.group(groupId).map(stored -> {
            ClassicGroup group = add(new ClassicGroup(groupId, stored));
            group.members().forEach(member -> rebalances.keepAlive(turn, group, member));
            return group;
        });
    }

    /** The group as writes see it, for looking at only: it is not made alive. */
    Optional<ClassicGroup> peek(String groupId) {
        ClassicGroup group = alive.get(groupId);
        if (group != null) return Optional.of(group);
        return state.group(groupId).map(stored -> new ClassicGroup(groupId, stored));
    }

    /** The group as reads see it: it is there once a record of it is committed. */
    Optional<ClassicGroup> findCommitted(String groupId) {
        Optional<GroupMetadata> stored = state.committedGroup(groupId);
        if (stored.isEmpty()) return Optional.empty();
        ClassicGroup group = alive.get(groupId);
        return Optional.of(group == null ? new ClassicGroup(groupId, stored.get()) : group);
    }

    ClassicGroup add(ClassicGroup group) {
        alive.put(group.groupId(), group);
        return group;
    }

    /** The group never came to be: its record could not be written. */
    void drop(Turn turn, ClassicGroup group, Errors error) {
        alive.remove(group.groupId(), group);
        rebalances.dissolve(turn, group, error);
    }

    /** Its tombstone was decided on. Only groups without members are deleted, so nobody waits. */
    void deleted(Turn turn, String groupId) {
        ClassicGroup group = alive.remove(groupId);
        if (group != null) rebalances.dissolve(turn, group, Errors.UNKNOWN_MEMBER_ID);
    }

    void dissolveAll(Turn turn, Errors error) {
        List.copyOf(alive.values()).forEach(group -> rebalances.dissolve(turn, group, error));
        alive.clear();
    }
}
