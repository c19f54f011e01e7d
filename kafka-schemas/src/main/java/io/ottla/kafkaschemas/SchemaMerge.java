package io.ottla.kafkaschemas;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes one schema of a message out of those of two releases of Kafka, so that it has every version that either serves.
 *
 * <p>One rule decides: <em>the newer schema speaks for the versions that it has, the older one for those below.</em>
 * So a field that both have spans both ranges, a field that only the older has is there in the old versions alone, and
 * one that was renamed while its versions stayed comes from the newer only. An older version that was never stable
 * (the share groups' of 3.9) is left out. Where the two contradict each other otherwise, this throws: a new release is
 * looked at by a person.
 *
 * <p>Format: Apache Kafka, {@code clients/src/main/resources/common/message/README.md}.
 */
final class SchemaMerge {
    /** Say in which versions something holds, so they are joined. All else is taken from the newer schema. */
    private static final Set<String> RANGES = Set.of("versions", "nullableVersions", "taggedVersions");

    private final VersionRange newer;
    private final VersionRange older;

    /**
     * @param newer the versions for which the newer schema speaks
     * @param older those for which the older one does; disjoint
     */
    private SchemaMerge(VersionRange newer, VersionRange older) {
        this.newer = newer;
        this.older = older;
    }

    /** A message that only one of the releases has, cleaned of what the generator does not know. */
    static ObjectNode single(JsonNode message) {
        ObjectNode result = message.deepCopy();
        withoutHistory(result, message, message);
        return result;
    }

    /** @throws IllegalArgumentException if the two contradict each other */
    static ObjectNode merge(JsonNode newer, JsonNode older) {
        try {
            return mergeMessages(newer, older);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(newer.path("name").asText() + ": " + e.getMessage(), e);
        }
    }

    private static ObjectNode mergeMessages(JsonNode newer, JsonNode older) {
        VersionRange newerValid = VersionRange.parse(newer.path("validVersions").asText());
        VersionRange olderValid = stableVersions(older);
        if (newerValid.isEmpty()) {
            ObjectNode result = older.deepCopy();
            withoutHistory(result, newer, older);
            return result;
        }
        if (olderValid.high() > newerValid.high())
            throw new IllegalArgumentException("the older schema has version " + olderValid.high());
        VersionRange onlyOlder = olderValid.intersect(new VersionRange(0, newerValid.low() - 1));
        SchemaMerge merge = new SchemaMerge(new VersionRange(newerValid.low(), VersionRange.OPEN), onlyOlder);

        ObjectNode result = newer.deepCopy();
        result.put("validVersions", newerValid.union(onlyOlder).toString());
        result.put(
                "flexibleVersions",
                merge.joined("flexibleVersions", newer, older).toString());
        withoutHistory(result, newer, older);
        merge.putMembers(result, "fields", newer, older);
        merge.putMembers(result, "commonStructs", newer, older);
        return result;
    }

    private static VersionRange stableVersions(JsonNode message) {
        VersionRange valid = VersionRange.parse(message.path("validVersions").asText());
        if (!message.path("latestVersionUnstable").asBoolean()) return valid;
        return valid.intersect(new VersionRange(0, valid.high() - 1));
    }

    /** Listeners of a ZooKeeper-mode broker are those of a broker; what was deprecated once does not matter here. */
    private static void withoutHistory(ObjectNode result, JsonNode newer, JsonNode older) {
        result.remove("deprecatedVersions");
        Set<String> listeners = new LinkedHashSet<>();
        for (JsonNode message : List.of(newer, older))
            for (JsonNode listener : message.path("listeners"))
                listeners.add(listener.asText().equals("zkBroker") ? "broker" : listener.asText());
        if (listeners.isEmpty()) return;
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        listeners.forEach(array::add);
        result.set("listeners", array);
    }

    private void putMembers(ObjectNode result, String key, JsonNode newer, JsonNode older) {
        List<ObjectNode> members = mergeMembers(newer.path(key), older.path(key));
        if (members.isEmpty() && !result.has(key)) return;
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        members.forEach(array::add);
        result.set(key, array);
    }

    /** Fields or structs, in an order that keeps that of both sides, since the order of fields is that on the wire. */
    private List<ObjectNode> mergeMembers(JsonNode newer, JsonNode older) {
        Map<String, JsonNode> olderByName = new HashMap<>();
        for (JsonNode member : older) olderByName.put(name(member), member);
        List<ObjectNode> merged = new ArrayList<>();
        Map<String, Integer> places = new HashMap<>();
        for (JsonNode member : newer) {
            JsonNode counterpart = olderByName.getOrDefault(name(member), JsonNodeFactory.instance.objectNode());
            ObjectNode joined = mergeMember(member, counterpart);
            if (isEmpty(joined)) continue;
            places.put(name(member), merged.size());
            merged.add(joined);
        }
        int insertAt = 0;
        int inserted = 0;
        for (JsonNode member : older) {
            Integer place = places.get(name(member));
            if (place != null) {
                if (place + inserted < insertAt - 1)
                    throw new IllegalArgumentException("the order of fields differs at " + name(member));
                insertAt = place + inserted + 1;
            } else {
                ObjectNode clipped = mergeMember(JsonNodeFactory.instance.objectNode(), member);
                if (isEmpty(clipped)) continue;
                merged.add(insertAt++, clipped);
                inserted++;
            }
        }
        return merged;
    }

    private static boolean isEmpty(JsonNode member) {
        return member.path("versions").asText().equals("none");
    }

    /** One field or struct; one of the two may be an empty object: that side does not have it. */
    private ObjectNode mergeMember(JsonNode newer, JsonNode older) {
        if (!newer.isEmpty() && !older.isEmpty()) {
            same("type", newer, older);
            same("default", newer, older);
            same("tag", newer, older);
            same("flexibleVersions", newer, older);
        }
        ObjectNode result = (newer.isEmpty() ? older : newer).deepCopy();
        for (String range : RANGES)
            if (newer.has(range) || older.has(range)) {
                VersionRange joined = joined(range, newer, older);
                if (joined.isEmpty() && !range.equals("versions")) result.remove(range);
                else result.put(range, joined.toString());
            }
        if (newer.path("ignorable").asBoolean() || older.path("ignorable").asBoolean()) result.put("ignorable", true);
        putMembers(result, "fields", newer, older);
        return result;
    }

    private VersionRange joined(String range, JsonNode newerNode, JsonNode olderNode) {
        VersionRange low =
                VersionRange.parse(olderNode.path(range).asText("none")).intersect(older);
        VersionRange high =
                VersionRange.parse(newerNode.path(range).asText("none")).intersect(newer);
        try {
            return low.union(high);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name(newerNode) + "." + range + ": " + e.getMessage(), e);
        }
    }

    private static void same(String attribute, JsonNode newer, JsonNode older) {
        String now = newer.path(attribute).asText();
        String then = older.path(attribute).asText();
        if (!now.equals(then))
            throw new IllegalArgumentException(
                    name(newer) + "." + attribute + " is '" + now + "' and was '" + then + "'");
    }

    private static String name(JsonNode member) {
        return member.path("name").asText();
    }
}
