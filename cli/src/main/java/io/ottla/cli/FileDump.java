package io.ottla.cli;

import io.ottla.base.DiskFile;
import io.ottla.io.RealDisk;
import io.ottla.keeper.KeeperFileDump;
import io.ottla.log.LogFileDump;
import io.ottla.log.LogFileKind;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Prints one file after the other: a heading, a line for each entry, and what is wrong with the rest. */
final class FileDump implements AutoCloseable {
    private final Output output;
    private final boolean withRecords;
    private final Progress progress;
    private final SegmentLines segments = new SegmentLines();

    FileDump(Output output, boolean withRecords, Progress progress) {
        this.output = output;
        this.withRecords = withRecords;
        this.progress = progress;
    }

    /** Whether its name is one of a data directory's files that has something to show. */
    static boolean isKnown(Path path) {
        String name = path.getFileName().toString();
        return LogFileKind.of(name).isPresent() || KeeperFileDump.isLog(name) || KeeperFileDump.isSnapshot(name);
    }

    /** @return whether it is sound */
    boolean print(Path path) {
        DiskFile file;
        try {
            file = RealDisk.openForReading(path);
        } catch (NoSuchFileException e) {
            output.say(path + ": gone meanwhile"); // as files of a running node go
            return true;
        } catch (IOException e) {
            return damage(path, "file", "it cannot be read: " + e.getMessage());
        }
        String kind = kind(path);
        try {
            output.say("%s: %s, %d bytes".formatted(path, kind, file.size()));
            Optional<String> damage = content(path, kind, file);
            return damage.isEmpty() || damage(path, kind, damage.get());
        } catch (IOException e) {
            return damage(path, kind, e.getMessage());
        } finally {
            file.release();
        }
    }

    private static String kind(Path path) {
        String name = path.getFileName().toString();
        return LogFileKind.of(name)
                .map(LogFileKind::label)
                .orElseGet(() -> KeeperFileDump.isLog(name) ? "transaction log" : "znode snapshot");
    }

    private Optional<String> content(Path path, String kind, DiskFile file) throws IOException {
        String name = path.getFileName().toString();
        Consumer<Map<String, Object>> entries = entry -> entry(path, kind, entry);
        Optional<LogFileKind> ofLog = LogFileKind.of(name);
        if (ofLog.isEmpty())
            return KeeperFileDump.isLog(name)
                    ? KeeperFileDump.log(file, name, entries)
                    : KeeperFileDump.snapshot(file, name, entries);
        if (ofLog.get() != LogFileKind.SEGMENT) return LogFileDump.entries(ofLog.get(), name, file, entries);
        return segment(path, file);
    }

    private Optional<String> segment(Path path, DiskFile file) throws IOException {
        boolean ofGroups = Optional.ofNullable(path.toAbsolutePath().getParent())
                .map(Path::getFileName)
                .filter(directory -> directory.toString().startsWith("__consumer_offsets-"))
                .isPresent();
        boolean[] isSound = {true};
        Optional<String> damage = LogFileDump.segment(file, (batch, position) -> {
            isSound[0] &= output.json()
                    ? segments.tell(batch, position, withRecords, ofGroups, (kind, entry) -> entry(path, kind, entry))
                    : segments.say(batch, position, withRecords, ofGroups, output::say);
            progress.add(1, batch.sizeBytes());
        });
        if (isSound[0]) return damage;
        String within = "batches above whose checksum is wrong, or whose records cannot be read";
        return Optional.of(damage.map(rest -> rest + "; and " + within).orElse("there are " + within));
    }

    private void entry(Path path, String kind, Map<String, Object> entry) {
        if (output.json()) {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("file", path.toString());
            object.put("kind", kind);
            object.putAll(entry);
            output.tell(object);
        } else {
            output.say("  " + line(entry));
        }
        progress.add(1, 0);
    }

    /** @return false */
    private boolean damage(Path path, String kind, String what) {
        output.say("  DAMAGED: " + what);
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("file", path.toString());
        object.put("kind", kind);
        object.put("damage", what);
        output.tell(object);
        return false;
    }

    /** {@code name value, name value}; fields that have none are left out. */
    static String line(Map<String, Object> entry) {
        StringBuilder line = new StringBuilder();
        entry.forEach((name, value) -> {
            if (value == null) return;
            if (!line.isEmpty()) line.append(", ");
            line.append(name).append(' ').append(text(value));
        });
        return line.toString();
    }

    private static String text(Object value) {
        return switch (value) {
            case List<?> list -> list.stream().map(FileDump::text).toList().toString();
            case Map<?, ?> map -> Output.text(map);
            default -> value.toString().replace("\n", "\\n").replace("\r", "\\r");
        };
    }

    @Override
    public void close() {
        segments.close();
    }
}
