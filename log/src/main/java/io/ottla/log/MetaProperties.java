package io.ottla.log;

import io.ottla.base.TopicId;
import java.io.IOException;
import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * {@code meta.properties}: whose a log directory is.
 *
 * <pre>
 * version=0  broker.id, cluster.id, directory.id      each optional; a broker under ZooKeeper
 * version=1  node.id, cluster.id, directory.id        the last optional; a broker under KRaft
 * </pre>
 *
 * ottla.log.dirs={ID "@" PATH ","}            the directories that the node used together, if there were several
 * Keys that are not known here are kept. Source: MetaProperties and MetaPropertiesVersion of Kafka's server-common.
 *
 * @param version 0 or 1
 */
record MetaProperties(
        int version,
        OptionalInt nodeId,
        Optional<String> clusterId,
        Optional<TopicId> directoryId,
        Map<String, String> others) {

    static final String FILE = "meta.properties";

    private static final String TOGETHER = "ottla.log.dirs";

    /** What a fresh directory gets: the form that Kafka 3.9 writes under ZooKeeper. */
    static MetaProperties fresh(int nodeId, String clusterId, TopicId directoryId) {
        return new MetaProperties(
                0, OptionalInt.of(nodeId), Optional.of(clusterId), Optional.of(directoryId), Map.of());
    }

    /** @throws LogDirException if it cannot be understood; the message follows the name of the file */
    static MetaProperties parse(String text) throws LogDirException {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IOException | IllegalArgumentException e) {
            throw new LogDirException("is not a properties file: " + e.getMessage());
        }
        Map<String, String> values = new TreeMap<>();
        properties.stringPropertyNames().forEach(name -> values.put(name, properties.getProperty(name)));
        String version = values.remove("version");
        if (version == null) throw new LogDirException("has no version");
        if (!version.equals("0") && !version.equals("1"))
            throw new LogDirException("has version " + version + "; 0 and 1 are known");
        String node = values.remove(version.equals("0") ? "broker.id" : "node.id");
        String cluster = values.remove("cluster.id");
        String directory = values.remove("directory.id");
        try {
            return new MetaProperties(
                    Integer.parseInt(version),
                    node == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(node)),
                    Optional.ofNullable(cluster),
                    Optional.ofNullable(directory).map(TopicId::parse),
                    values);
        } catch (IllegalArgumentException e) {
            throw new LogDirException("has a value that cannot be read: " + e.getMessage());
        }
    }

    /** This, with what it lacks filled in. */
    MetaProperties completed(int nodeId, String clusterId, TopicId directoryId) {
        return new MetaProperties(
                version,
                OptionalInt.of(this.nodeId.orElse(nodeId)),
                Optional.of(this.clusterId.orElse(clusterId)),
                Optional.of(this.directoryId.orElse(directoryId)),
                others);
    }

    /**
     * The directories that the node used together with this one, by id; empty if it is the only one. By it a start finds that one of them is missing: an
     * empty folder where a disk should be looks like a fresh one.
     */
    Map<TopicId, String> together() {
        Map<TopicId, String> paths = new LinkedHashMap<>();
        for (String entry : others.getOrDefault(TOGETHER, "").split(",", -1)) {
            int at = entry.indexOf('@');
            if (at < 0) continue;
            try {
                paths.put(TopicId.parse(entry.substring(0, at)), entry.substring(at + 1));
            } catch (IllegalArgumentException ofSomebodyElse) {
                continue;
            }
        }
        return paths;
    }

    /** This, with all the directories that the node uses. */
    MetaProperties together(Map<TopicId, String> paths) {
        Map<String, String> with = new TreeMap<>(others);
        with.remove(TOGETHER);
        if (paths.size() > 1)
            with.put(
                    TOGETHER,
                    paths.entrySet().stream()
                            .map(each -> each.getKey() + "@" + each.getValue())
                            .collect(Collectors.joining(",")));
        return new MetaProperties(version, nodeId, clusterId, directoryId, with);
    }

    /** The file's text. */
    String format() {
        Map<String, String> values = new TreeMap<>(others);
        values.put("version", Integer.toString(version));
        nodeId.ifPresent(id -> values.put(version == 0 ? "broker.id" : "node.id", Integer.toString(id)));
        clusterId.ifPresent(id -> values.put("cluster.id", id));
        directoryId.ifPresent(id -> values.put("directory.id", id.toString()));
        StringBuilder text = new StringBuilder("#\n");
        values.forEach((key, value) ->
                text.append(escape(key)).append('=').append(escape(value)).append('\n'));
        return text.toString();
    }

    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if ("\\=: #!".indexOf(c) >= 0) escaped.append('\\').append(c);
            else if (c < 0x20 || c > 0x7e) escaped.append("\\u%04x".formatted((int) c));
            else escaped.append(c);
        }
        return escaped.toString();
    }
}
