package io.ottla.cli;

import io.ottla.base.LogLevels.Level;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a configuration says of the log of its process:
 *
 * <pre>
 * ottla.log.level          of Ottla's own lines: trace, debug, info (the default), warn, error or off
 * ottla.log.level.LOGGER   of one logger and those below it, such as io.ottla.io or root
 * ottla.log.file           where to; without it, standard error
 * ottla.log.file.bytes     when a file is full (default 32 MiB)
 * ottla.log.files          how many are kept, with the one that is written to (default 5)
 * ottla.log.format         text (the default) or json
 * </pre>
 */
record LogOptions(Map<String, Level> levels, Optional<Path> file, long fileBytesMax, int filesMax, LogFormat format) {
    private static final String LEVEL = "ottla.log.level";
    private static final String FILE = "ottla.log.file";
    private static final String FILE_BYTES = "ottla.log.file.bytes";
    private static final String FILES = "ottla.log.files";
    private static final String FORMAT = "ottla.log.format";
    private static final String OURS = "io.ottla";

    private static final long BYTES = 32L << 20;
    private static final long BYTES_MIN = 64L << 10;
    private static final int COUNT = 5;
    private static final int COUNT_MAX = 1000;

    static boolean isKey(String key) {
        return key.equals(LEVEL)
                || key.startsWith(LEVEL + ".")
                || key.equals(FILE)
                || key.equals(FILE_BYTES)
                || key.equals(FILES)
                || key.equals(FORMAT);
    }

    /** @param workingDir what a relative path is relative to */
    static LogOptions of(Map<String, String> settings, Path workingDir) throws CommandFailed {
        Map<String, Level> levels = new TreeMap<>(Map.of(OURS, Level.INFO));
        for (Map.Entry<String, String> each : settings.entrySet()) {
            String key = each.getKey();
            if (key.equals(LEVEL)) levels.put(OURS, level(key, each.getValue()));
            else if (key.startsWith(LEVEL + "."))
                levels.put(key.substring(LEVEL.length() + 1), level(key, each.getValue()));
        }
        String file = settings.getOrDefault(FILE, "").strip();
        try {
            return new LogOptions(
                    levels,
                    file.isEmpty() ? Optional.empty() : Optional.of(workingDir.resolve(file)),
                    number(settings, FILE_BYTES, BYTES, BYTES_MIN, Long.MAX_VALUE),
                    (int) number(settings, FILES, COUNT, 1, COUNT_MAX),
                    format(settings.getOrDefault(FORMAT, LogFormat.text.name()).strip()));
        } catch (InvalidPathException e) {
            throw new CommandFailed(FILE + "=" + file + ": that is no path");
        }
    }

    private static Level level(String key, String value) throws CommandFailed {
        for (Level level : Level.values())
            if (level.name().equals(value.strip().toUpperCase(Locale.ROOT))) return level;
        throw new CommandFailed(key + "=" + value + ": one of "
                + Arrays.toString(Level.values()).toLowerCase(Locale.ROOT) + " is wanted");
    }

    private static LogFormat format(String value) throws CommandFailed {
        for (LogFormat format : LogFormat.values()) if (format.name().equals(value)) return format;
        throw new CommandFailed(FORMAT + "=" + value + ": text or json is wanted");
    }

    private static long number(Map<String, String> settings, String key, long standard, long min, long max)
            throws CommandFailed {
        String value = settings.get(key);
        if (value == null) return standard;
        try {
            long number = Long.parseLong(value.strip());
            if (number >= min && number <= max) return number;
        } catch (NumberFormatException e) {
            // said below
        }
        throw new CommandFailed(key + "=" + value + ": a number of at least " + min
                + (max == Long.MAX_VALUE ? "" : " and at most " + max) + " is wanted");
    }
}
