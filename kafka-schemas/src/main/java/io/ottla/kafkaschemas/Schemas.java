package io.ottla.kafkaschemas;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The message schemas of a release, by the name of the message. */
final class Schemas {
    /** The files are JSON with comments. */
    static final ObjectMapper JSON = new ObjectMapper().configure(JsonParser.Feature.ALLOW_COMMENTS, true);

    private Schemas() {}

    /** All {@code *.json} of a directory. */
    static Map<String, JsonNode> read(Path directory) throws IOException {
        Map<String, JsonNode> byName = new TreeMap<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, "*.json")) {
            for (Path file : files) {
                JsonNode message = JSON.readTree(file.toFile());
                byName.put(message.path("name").asText(), message);
            }
        }
        if (byName.isEmpty()) throw new IOException("no message schemas in " + directory);
        return byName;
    }

    /**
     * Merges message by message. Two are the same message if they have the same name, or are both the request, or both
     * the response, of the same API key: then the newer name stays.
     */
    static Map<String, ObjectNode> merge(Map<String, JsonNode> newer, Map<String, JsonNode> older) {
        Map<String, ObjectNode> merged = new TreeMap<>();
        Map<String, String> newerNames = new TreeMap<>();
        newer.forEach((name, message) -> newerNames.put(identity(message), name));
        newer.forEach((name, message) -> merged.put(name, SchemaMerge.single(message)));
        older.forEach((name, message) -> {
            String newerName = newerNames.getOrDefault(identity(message), name);
            JsonNode counterpart = newer.get(newerName);
            merged.put(
                    newerName,
                    counterpart == null ? SchemaMerge.single(message) : SchemaMerge.merge(counterpart, message));
        });
        return merged;
    }

    private static String identity(JsonNode message) {
        return message.path("type").asText()
                + (message.has("apiKey")
                        ? message.path("apiKey").asText()
                        : message.path("name").asText());
    }
}
