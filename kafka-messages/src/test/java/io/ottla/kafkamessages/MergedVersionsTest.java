package io.ottla.kafkamessages;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.kafka.common.protocol.types.ArrayOf;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.CompactArrayOf;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The generated messages have every version that Kafka 3.9 or 4.4 serves, and each looks as the release that served it had it. */
class MergedVersionsTest {

    @Test
    void everyVersionOfEitherRelease() throws IOException {
        List<String> expected;
        try (var table = MergedVersionsTest.class.getResourceAsStream("versions.txt")) {
            expected = new String(table.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        }
        assertThat(Stream.of(ApiMessageType.values()).map(MergedVersionsTest::line))
                .containsExactlyElementsOf(expected);
    }

    private static String line(ApiMessageType api) {
        return api.apiKey() + " " + api.name + " " + api.lowestSupportedVersion() + "-"
                + api.highestSupportedVersion(true) + (api.latestVersionUnstable() ? " unstable" : "");
    }

    /** An oracle of its own: the classes that kafka-clients was published with, where its versions reach. */
    @ParameterizedTest
    @EnumSource(ApiMessageType.class)
    void looksLikeThePublishedClasses(ApiMessageType api) {
        org.apache.kafka.common.message.ApiMessageType published;
        try {
            published = org.apache.kafka.common.message.ApiMessageType.fromApiKey(api.apiKey());
        } catch (org.apache.kafka.common.errors.UnsupportedVersionException newerThanPublished) {
            return;
        }
        for (short v = published.lowestSupportedVersion(); v <= published.highestSupportedVersion(true); v++) {
            assertThat(describe(api.requestSchemas()[v]))
                    .as("request v%d", v)
                    .isEqualTo(describe(published.requestSchemas()[v]));
            assertThat(describe(api.responseSchemas()[v]))
                    .as("response v%d", v)
                    .isEqualTo(describe(published.responseSchemas()[v]));
            assertThat(api.requestHeaderVersion(v)).isEqualTo(published.requestHeaderVersion(v));
            assertThat(api.responseHeaderVersion(v)).isEqualTo(published.responseHeaderVersion(v));
        }
    }

    /** The merged schema of each version is that of the release that speaks for it: the newer, else the older. */
    @Test
    void eachVersionLooksAsInItsRelease() throws IOException {
        Map<String, JsonNode> merged = read("merged", "");
        Map<String, JsonNode> newer = read("newer-", "common/message");
        Map<String, JsonNode> older = read("older-", "common/message");
        int compared = 0;
        for (Map.Entry<String, JsonNode> message : merged.entrySet()) {
            int[] valid = range(message.getValue(), "validVersions");
            for (int version = valid[0]; version <= valid[1]; version++) {
                JsonNode source = covers(newer.get(message.getKey()), version)
                        ? newer.get(message.getKey())
                        : older.get(message.getKey());
                assertThat(source).as("%s v%d", message.getKey(), version).isNotNull();
                assertThat(project(message.getValue(), version))
                        .as("%s v%d", message.getKey(), version)
                        .isEqualTo(project(source, version));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(700);
    }

    @Test
    void listenersOfAZooKeeperBrokerAreABrokers() {
        assertThat(ApiMessageType.LEADER_AND_ISR.listeners()).containsExactly(ApiMessageType.ListenerType.BROKER);
        assertThat(ApiMessageType.ALTER_PARTITION.listeners())
                .containsExactlyInAnyOrder(ApiMessageType.ListenerType.BROKER, ApiMessageType.ListenerType.CONTROLLER);
        assertThat(ApiMessageType.METADATA.listeners()).containsExactly(ApiMessageType.ListenerType.BROKER);
    }

    private static boolean covers(JsonNode message, int version) {
        if (message == null) return false;
        int[] valid = range(message, "validVersions");
        return valid[0] <= version && version <= valid[1];
    }

    /** What one version has: a line for each field, in the order of the wire. */
    private static List<String> project(JsonNode message, int version) {
        List<String> lines = new ArrayList<>();
        lines.add("flexible " + has(message, "flexibleVersions", version));
        Map<String, JsonNode> structs = new TreeMap<>();
        message.path("commonStructs")
                .forEach(struct -> structs.put(struct.path("name").asText(), struct));
        project("", message.path("fields"), structs, version, lines);
        return lines;
    }

    private static void project(
            String path, JsonNode fields, Map<String, JsonNode> structs, int version, List<String> lines) {
        for (JsonNode field : fields) {
            if (!has(field, "versions", version)) continue;
            String type = field.path("type").asText();
            String name = path + "." + field.path("name").asText();
            lines.add(name + " " + type + " null=" + has(field, "nullableVersions", version) + " tag="
                    + (has(field, "taggedVersions", version) ? field.path("tag").asText() : "none") + " default="
                    + field.path("default").asText());
            String element = type.startsWith("[]") ? type.substring(2) : type;
            JsonNode nested = field.has("fields")
                    ? field.path("fields")
                    : structs.containsKey(element) ? structs.get(element).path("fields") : field.path("fields");
            project(name, nested, structs, version, lines);
        }
    }

    private static boolean has(JsonNode node, String key, int version) {
        int[] range = range(node, key);
        return range[0] <= version && version <= range[1];
    }

    private static int[] range(JsonNode node, String key) {
        String text = node.path(key).asText("none");
        if (text.equals("none") || text.isEmpty()) return new int[] {0, -1};
        if (text.endsWith("+"))
            return new int[] {Integer.parseInt(text.substring(0, text.length() - 1)), Integer.MAX_VALUE};
        int dash = text.indexOf('-');
        if (dash < 0) return new int[] {Integer.parseInt(text), Integer.parseInt(text)};
        return new int[] {Integer.parseInt(text.substring(0, dash)), Integer.parseInt(text.substring(dash + 1))};
    }

    private static Map<String, JsonNode> read(String prefix, String below) throws IOException {
        ObjectMapper json = new ObjectMapper().configure(JsonParser.Feature.ALLOW_COMMENTS, true);
        Map<String, JsonNode> byName = new TreeMap<>();
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(Path.of("target/schemas"), prefix + "*")) {
            for (Path directory : directories)
                try (DirectoryStream<Path> files = Files.newDirectoryStream(directory.resolve(below), "*.json")) {
                    for (Path file : files) {
                        JsonNode message = json.readTree(file.toFile());
                        byName.put(message.path("name").asText(), message);
                    }
                }
        }
        assertThat(byName).isNotEmpty();
        return byName;
    }

    private static String describe(Schema schema) {
        StringBuilder text = new StringBuilder(schema.typeName()).append('{');
        for (BoundField field : schema.fields()) describe(field.def, text);
        return text.append('}').toString();
    }

    private static void describe(Field field, StringBuilder text) {
        text.append(describe(field.type)).append(' '); // the wire has no names
    }

    private static String describe(Type type) {
        return switch (type) {
            case Schema struct -> describe(struct);
            case ArrayOf array ->
                "[" + array.isNullable() + describe(array.arrayElementType().orElseThrow()) + "]";
            case CompactArrayOf array ->
                "[c" + array.isNullable() + describe(array.arrayElementType().orElseThrow()) + "]";
            case TaggedFields tags -> {
                StringBuilder text = new StringBuilder("tags{");
                tags.fields().forEach((tag, field) -> {
                    text.append(tag).append('=');
                    describe(field, text);
                });
                yield text.append('}').toString();
            }
            default -> type.toString();
        };
    }
}
