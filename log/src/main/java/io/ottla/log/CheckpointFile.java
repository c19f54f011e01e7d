package io.ottla.log;

import io.ottla.base.Disk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Kafka's text checkpoints. Blocks: for disk threads and for start-up.
 *
 * <pre>
 * file  := "0" LF count LF (entry LF){count}
 * count := decimal
 * entry := fields separated by a space, as the user of this class defines
 * </pre>
 *
 * Written to {@code X.tmp}, synced, renamed. Source: CheckpointFile of Kafka's server-common.
 */
final class CheckpointFile {

    private static final int BYTES_MAX = 256 << 20;
    private static final String VERSION = "0";

    private CheckpointFile() {}

    /** What a file holds. A damaged one has the same consequences as a missing one, and one more line in the log. */
    sealed interface Content {
        /** @param entries each split at white space */
        record Entries(List<String[]> entries) implements Content {}

        record Missing() implements Content {}

        record Damaged(String why) implements Content {}
    }

    /** @param fields how many each entry has */
    static Content read(Disk disk, Path path, int fields) throws IOException {
        String text;
        try {
            text = new String(DurableFile.read(disk, path, BYTES_MAX), StandardCharsets.UTF_8);
        } catch (NoSuchFileException missing) {
            return new Content.Missing();
        }
        return parse(text, fields);
    }

    static Content parse(String text, int fields) {
        if (text.isEmpty()) return new Content.Missing(); // Kafka creates them empty
        List<String> lines = text.lines().toList();
        if (lines.size() < 2) return new Content.Damaged("it ends before its second line");
        if (!lines.get(0).strip().equals(VERSION))
            return new Content.Damaged("version '" + lines.get(0) + "' is not " + VERSION);
        int count = number(lines.get(1).strip());
        if (count < 0) return new Content.Damaged("'" + lines.get(1) + "' is no count");
        if (lines.size() - 2 != count)
            return new Content.Damaged("it has " + (lines.size() - 2) + " entries and announces " + count);
        List<String[]> entries = new ArrayList<>(count);
        for (String line : lines.subList(2, lines.size())) {
            String[] entry = line.strip().split("\\s+", -1);
            if (entry.length != fields)
                return new Content.Damaged("entry '" + line + "' has not " + fields + " fields");
            entries.add(entry);
        }
        return new Content.Entries(entries);
    }

    static void write(Disk disk, Path path, List<String> entries) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append(VERSION).append('\n').append(entries.size()).append('\n');
        for (String entry : entries) text.append(entry).append('\n');
        DurableFile.replace(disk, path, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** −1 if it is not a decimal of at most nine digits. */
    private static int number(String text) {
        if (text.isEmpty() || text.length() > 9) return -1;
        for (int i = 0; i < text.length(); i++) if (text.charAt(i) < '0' || text.charAt(i) > '9') return -1;
        return Integer.parseInt(text);
    }
}
