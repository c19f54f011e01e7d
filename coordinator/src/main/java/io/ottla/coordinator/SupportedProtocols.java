package io.ottla.coordinator;

import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * What the members of a classic group can speak, and which protocol they elect: one that all support.
 *
 * <p>Source: ClassicGroup.selectProtocol of Kafka 4.3.
 */
final class SupportedProtocols {
    /** How many members support a protocol. */
    private final Map<String, Integer> supporters = new HashMap<>();

    private int members;
    private long metadataBytes;

    void add(ClassicMember.Profile profile) {
        count(profile, 1);
    }

    void remove(ClassicMember.Profile profile) {
        count(profile, -1);
    }

    private void count(ClassicMember.Profile profile, int by) {
        members += by;
        metadataBytes += by * profile.metadataBytes();
        for (ClassicMember.Protocol supported : profile.protocols())
            supporters.merge(supported.name(), by, (count, change) -> count + change == 0 ? null : count + change);
    }

    /** Of all members for all their protocols. */
    long metadataBytes() {
        return metadataBytes;
    }

    boolean byAll(String protocol) {
        return supporters.getOrDefault(protocol, 0) == members;
    }

    /** The protocol that most members prefer of those that all support; the one first voted for if there is a tie. */
    String elect(Collection<ClassicMember> voters) {
        Set<String> candidates = new LinkedHashSet<>();
        supporters.keySet().forEach(name -> {
            if (byAll(name)) candidates.add(name);
        });
        Map<String, Integer> votes = new LinkedHashMap<>();
        for (ClassicMember member : voters) votes.merge(member.vote(candidates), 1, Integer::sum);
        String winner = "";
        for (Map.Entry<String, Integer> vote : votes.entrySet()) {
            if (vote.getValue() > votes.getOrDefault(winner, 0)) winner = vote.getKey();
        }
        return winner;
    }
}
