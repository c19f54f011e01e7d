package io.ottla.log;

import java.nio.file.Path;
import java.util.OptionalLong;

/** The names of files in a partition's directory. Source: LogFileUtils of Kafka's storage. */
final class LogFiles {
    static final String LOG = ".log";
    /** A segment that compaction is writing. */
    static final String CLEANED = ".cleaned";
    /** A compacted segment that is whole and replaces others. */
    static final String SWAP = ".swap";
    /** To be deleted soon. */
    static final String DELETED = ".deleted";

    private static final int OFFSET_DIGITS = 20;

    private LogFiles() {}

    /** Twenty digits and a suffix. */
    static String name(long offset, String suffix) {
        String digits = Long.toString(offset);
        return "0".repeat(OFFSET_DIGITS - digits.length()) + digits + suffix;
    }

    static Path path(Path directory, long offset, String suffix) {
        return directory.resolve(name(offset, suffix));
    }

    static Path withSuffix(Path path, String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }

    /** The offset in a name that is twenty digits and {@code suffix}. */
    static OptionalLong offset(String name, String suffix) {
        if (name.length() != OFFSET_DIGITS + suffix.length() || !name.endsWith(suffix)) return OptionalLong.empty();
        return leadingOffset(name);
    }

    /** The offset that a name begins with, whatever follows the digits. */
    static OptionalLong leadingOffset(String name) {
        if (name.length() < OFFSET_DIGITS) return OptionalLong.empty();
        for (int i = 0; i < OFFSET_DIGITS; i++)
            if (name.charAt(i) < '0' || name.charAt(i) > '9') return OptionalLong.empty();
        try {
            return OptionalLong.of(Long.parseLong(name.substring(0, OFFSET_DIGITS)));
        } catch (NumberFormatException beyondLong) {
            return OptionalLong.empty();
        }
    }
}
