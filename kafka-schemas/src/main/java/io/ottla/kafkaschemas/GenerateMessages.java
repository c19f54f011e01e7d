package io.ottla.kafkaschemas;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.kafka.message.MessageGenerator;

/**
 * {@code main(newer, older, merged, java, package, generator)}: reads the schemas of two releases, writes the merged
 * ones, and the Java classes that Apache's generator makes of them. When the merged schemas are those of last time,
 * it writes nothing, so that nothing is compiled anew.
 */
public final class GenerateMessages {
    /** To be raised when this module makes other classes of the same schemas. */
    private static final String EDITION = "3";

    private GenerateMessages() {}

    /**
     * @param args newer: directory of the newer schemas; older: of the older ones; merged: where the merged ones go;
     *     java: where the sources go (a root of sources: the package's directories are made); package: of the classes;
     *     generator: the version of the generator, which makes for other classes too
     */
    public static void main(String[] args) throws Exception {
        if (args.length != 6) throw new IllegalArgumentException("wanted: newer older merged java package generator");
        Path merged = Path.of(args[2]);
        Path java = Path.of(args[3]).resolve(args[4].replace('.', '/'));
        Map<String, ObjectNode> schemas = Schemas.merge(Schemas.read(Path.of(args[0])), Schemas.read(Path.of(args[1])));
        Path stamp = merged.resolve("stamp");
        String fingerprint = fingerprint(schemas, args[4] + " " + args[5] + " " + EDITION);
        if (Files.isDirectory(java)
                && Files.isRegularFile(stamp)
                && Files.readString(stamp).equals(fingerprint)) return;
        Files.deleteIfExists(stamp);
        write(schemas, merged);
        MessageGenerator.processDirectories(
                args[4],
                java.toString(),
                merged.toString(),
                List.of("ApiMessageTypeGenerator"),
                List.of("MessageDataGenerator"));
        Path apis = java.resolve("ApiMessageType.java");
        Files.writeString(apis, LazySchemas.rewrite(Files.readString(apis)));
        try (DirectoryStream<Path> messages = Files.newDirectoryStream(java, "*.java")) {
            for (Path message : messages) {
                String source = Files.readString(message);
                String rewritten = KeyedArrays.rewrite(source);
                if (!rewritten.equals(source)) Files.writeString(message, rewritten);
            }
        }
        Files.writeString(stamp, fingerprint);
    }

    private static void write(Map<String, ObjectNode> schemas, Path merged) throws IOException {
        Files.createDirectories(merged);
        try (DirectoryStream<Path> left = Files.newDirectoryStream(merged, "*.json")) {
            for (Path file : left) Files.delete(file);
        }
        for (Map.Entry<String, ObjectNode> schema : schemas.entrySet())
            Files.writeString(
                    merged.resolve(schema.getKey() + ".json"), schema.getValue().toPrettyString());
    }

    private static String fingerprint(Map<String, ObjectNode> schemas, String settings) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(settings.getBytes(StandardCharsets.UTF_8));
            for (ObjectNode schema : schemas.values())
                digest.update(schema.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JDK has it
        }
    }
}
