package io.ottla.keeper.files;

import static io.ottla.base.Invariant.invariant;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * How far this server has come through the epochs of its ensemble: two files beside its snapshots, as the original has them (QuorumPeer). A server that is
 * alone has none, and leaves those that it finds. On a disk thread only.
 *
 * <pre>
 * acceptedEpoch := epoch                     that of the newest leader it has agreed to: it follows none of an older one
 * currentEpoch  := epoch                     the newest of which it has the beginning, all that its leader had, durable
 * epoch         := decimal (lineEnd any*)?   written without an end of line; people write one
 * </pre>
 */
final class EpochFiles {
    static final String ACCEPTED = "acceptedEpoch";
    static final String CURRENT = "currentEpoch";

    /** Of a file in the making; the original's ending. */
    private static final String TEMPORARY = ".tmp";

    /** Beyond this no server has ever counted. */
    static final int EPOCH_MAX = (int) (SnapshotReader.ZXID_MAX >>> 32);

    /** More is no number. */
    private static final int READ_BYTES = 64;

    private final Disk disk;
    private final Path directory;

    /** Neither goes back, and the current one is never above the accepted one. */
    record Epochs(int accepted, int current) {
        Epochs {
            invariant(0 <= current && current <= accepted, "epochs: %d accepted, %d current", accepted, current);
        }

        /** A leader of that epoch comes, and one of any older does not any more. */
        Epochs accept(int epoch) {
            invariant(epoch >= accepted, "epoch %d is accepted after %d", epoch, accepted);
            return new Epochs(epoch, current);
        }

        /** All that the leader of the accepted epoch had is durable here. */
        Epochs enter() {
            return new Epochs(accepted, accepted);
        }
    }

    /** @param directory with the snapshots */
    EpochFiles(Disk disk, Path directory) {
        this.disk = disk;
        this.directory = directory;
    }

    /**
     * What the files say. One that is not there is made, with the epoch of the last transaction, as by the original.
     *
     * <p>The last transaction may be of a later epoch than the current one: the power went between the syncs of the log and of the file. It was of a leader whose
     * epoch was accepted, and comes after all that the leader began with, so the log is as if the epoch had been entered; and now it is. (The original
     * does so only if it finds the file in the making, else it refuses.)
     *
     * @param lastZxid in the log, or of the snapshot
     * @param notes gets what was odd, in sentences
     * @throws IOException with a sentence, if they are not what a server writes, or say less than the log
     */
    Epochs read(long lastZxid, List<String> notes) throws IOException {
        int logged = (int) (lastZxid >>> 32);
        OptionalInt foundAccepted = read(ACCEPTED);
        OptionalInt foundCurrent = read(CURRENT);
        int accepted = foundAccepted.orElse(logged);
        int current = foundCurrent.orElse(logged);
        if (accepted < current)
            throw new IOException(
                    "%s has %s in acceptedEpoch and %d in currentEpoch, and no server enters an epoch that it has not accepted: restore the directory from a copy, or empty it, and this server gets all from the others"
                            .formatted(directory, foundAccepted.isPresent() ? accepted : "nothing", current));
        if (accepted < logged)
            throw new IOException(
                    "%s has %d in acceptedEpoch, and transactions up to 0x%x, which are of a later epoch, %d: the files are not of one server, or of different times. Restore the directory from a copy, or empty it, and this server gets all from the others"
                            .formatted(directory, accepted, lastZxid, logged));
        if (current < logged)
            notes.add("currentEpoch in %s was not written any more when the server went down: it was %d, and is %d now"
                    .formatted(directory, current, logged));
        Epochs epochs = new Epochs(accepted, Math.max(current, logged));
        if (foundAccepted.isEmpty()) write(ACCEPTED, epochs.accepted);
        if (foundCurrent.isEmpty() || current < epochs.current) write(CURRENT, epochs.current);
        return epochs;
    }

    private OptionalInt read(String name) throws IOException {
        Path path = directory.resolve(name);
        if (!disk.exists(path)) return OptionalInt.empty();
        ByteBuffer content = ByteBuffer.allocate(READ_BYTES);
        DiskFile file = disk.open(path, Disk.OpenMode.READ);
        try {
            file.read(0, content);
        } finally {
            file.release();
        }
        String line = StandardCharsets.UTF_8
                .decode(content.flip())
                .toString()
                .lines()
                .findFirst()
                .orElse("");
        return OptionalInt.of(epoch(line, path));
    }

    private static int epoch(String line, Path path) throws IOException {
        try {
            long epoch = Long.parseLong(line);
            if (line.length() < READ_BYTES && epoch >= 0 && epoch <= EPOCH_MAX) return (int) epoch;
        } catch (NumberFormatException e) {
            // as any other that is none
        }
        throw new IOException(
                "%s should have the number of an epoch, and has \"%s\": restore the directory from a copy, or empty it, and this server gets all from the others"
                        .formatted(path, printable(line)));
    }

    private static String printable(String line) {
        return line.replaceAll("[^\\x20-\\x7e]", "?");
    }

    /** Makes {@code next} durable. If this fails, nobody knows which of the two will be read: nothing may be built on either, until a later one is written. */
    void write(Epochs before, Epochs next) throws IOException {
        // this order, so that the current one is never above
        if (next.accepted != before.accepted) write(ACCEPTED, next.accepted);
        if (next.current != before.current) write(CURRENT, next.current);
    }

    private void write(String name, int epoch) throws IOException {
        Path temporary = directory.resolve(name + TEMPORARY);
        DiskFile file = disk.open(temporary, Disk.OpenMode.TRUNCATE);
        try {
            file.write(0, ByteBuffer.wrap(Integer.toString(epoch).getBytes(StandardCharsets.US_ASCII)));
            file.sync();
        } finally {
            file.release();
        }
        disk.rename(temporary, directory.resolve(name));
        disk.syncDirectory(directory);
    }
}
