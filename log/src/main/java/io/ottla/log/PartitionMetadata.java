package io.ottla.log;

import io.ottla.base.Disk;
import io.ottla.base.TopicId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code partition.metadata}: which topic a partition's directory belongs to, beyond its name.
 *
 * <pre>
 * file := "version: 0" LF "topic_id: " 22 characters of base64
 * </pre>
 *
 * Source: PartitionMetadataFile of Kafka's storage. Blocks: for disk threads.
 */
final class PartitionMetadata {
    static final String FILE = "partition.metadata";

    private static final Logger logger = LoggerFactory.getLogger(PartitionMetadata.class);
    private static final int BYTES_MAX = 4096;
    private static final String VERSION = "version: 0";
    private static final String TOPIC_ID = "topic_id: ";

    private PartitionMetadata() {}

    /** Empty if it is missing, or damaged, which is said in the log. */
    static Optional<TopicId> read(Disk disk, Path path) throws IOException {
        try {
            String text = new String(DurableFile.read(disk, path, BYTES_MAX), StandardCharsets.UTF_8);
            Optional<TopicId> id = parse(text);
            if (id.isEmpty()) logger.warn("{} is damaged; it will be written anew", path);
            return id;
        } catch (NoSuchFileException missing) {
            return Optional.empty();
        }
    }

    static Optional<TopicId> parse(String text) {
        String[] lines = text.lines().toArray(String[]::new);
        if (lines.length < 2 || !lines[0].strip().equals(VERSION) || !lines[1].startsWith(TOPIC_ID))
            return Optional.empty();
        try {
            TopicId id = TopicId.parse(lines[1].substring(TOPIC_ID.length()).strip());
            return id.equals(TopicId.ZERO) ? Optional.empty() : Optional.of(id);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    static String format(TopicId id) {
        return VERSION + "\n" + TOPIC_ID + id;
    }

    static void write(Disk disk, Path path, TopicId id) throws IOException {
        DurableFile.replace(disk, path, format(id).getBytes(StandardCharsets.UTF_8));
    }
}
