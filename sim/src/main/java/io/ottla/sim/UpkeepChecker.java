package io.ottla.sim;

import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.Batches;
import io.ottla.kafkaprotocol.RecordReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** X7: after a long quiet time nothing is on the drive that should have gone, by {@link UpkeepScenario}'s topics. */
final class UpkeepChecker {
    private static final List<String> PASSING = List.of(".deleted", ".cleaned", ".swap", ".tmp");

    private final VirtualDrive drive;

    UpkeepChecker(VirtualDrive drive) {
        this.drive = drive;
    }

    void check() {
        long snapshots = 0;
        long aged = 0;
        long sized = 0;
        for (Path file : drive.files()) {
            String name = file.getFileName().toString();
            String directory = file.getParent().getFileName().toString();
            if (PASSING.stream().anyMatch(name::endsWith)) throw broken("%s was on its way to go", file);
            if (directory.startsWith(UpkeepScenario.DOOMED)) throw broken("%s is of a deleted topic", file);
            if (name.startsWith("snapshot.")) snapshots++;
            if (!name.endsWith(".log")) continue;
            if (directory.equals(UpkeepScenario.AGED + "-0")) aged += size(file);
            if (directory.equals(UpkeepScenario.SIZED + "-0")) sized += size(file);
        }
        if (aged > 0) throw broken("%d bytes have outlived retention.ms", aged);
        if (sized > UpkeepScenario.RETENTION_BYTES + UpkeepScenario.SEGMENT_BYTES)
            throw broken("%d bytes are more than retention.bytes", sized);
        // one that was just taken may not have been counted yet
        if (snapshots > UpkeepScenario.SNAPSHOTS_KEPT + 1) throw broken("%d snapshots of the tree", snapshots);
        compacted();
    }

    /** Below the active segment each key is there once. */
    private void compacted() {
        List<Path> segments = drive.files().stream()
                .filter(file -> file.getParent().endsWith(UpkeepScenario.COMPACTED + "-0"))
                .filter(file -> file.toString().endsWith(".log"))
                .sorted()
                .toList();
        Map<String, Long> offsets = new HashMap<>();
        for (Path segment : segments.subList(0, Math.max(0, segments.size() - 1)))
            Batches.forEach(content(segment), batch -> keys(batch, offsets));
    }

    private static void keys(BatchView batch, Map<String, Long> offsets) {
        try (RecordReader reader = new RecordReader().open(batch)) {
            while (reader.next() == RecordReader.Step.RECORD) {
                String key = StandardCharsets.US_ASCII
                        .decode(reader.key().orElseThrow().duplicate())
                        .toString();
                Long before = offsets.put(key, batch.baseOffset());
                if (before != null) throw broken("compaction left %s at %d and at %d", key, before, batch.baseOffset());
            }
        }
    }

    private long size(Path path) {
        try {
            return drive.file(path).size();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ByteBuffer content(Path path) {
        try {
            FileNode file = drive.file(path);
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.read(0, bytes);
            return bytes.flip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static AssertionError broken(String what, Object... with) {
        return new AssertionError("X7: " + what.formatted(with));
    }
}
