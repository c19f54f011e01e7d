package io.ottla.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.function.LongSupplier;

/**
 * A log in files that are bounded in size and number: {@code FILE}, and what it was before as {@code FILE.1}, {@code FILE.2} and so on, the
 * oldest last. One that somebody moved away or deleted, as logrotate does, is begun anew within a second. Where it cannot be written (a
 * full disk) events go to standard error, and it is tried again.
 */
final class LogFile {
    private static final long LOOK_EVERY_NS = 1_000_000_000;

    private final Path path;
    private final long bytesMax;
    private final int filesMax;
    private final PrintStream otherwise;
    private final LongSupplier nanoTime;
    private OutputStream out;
    private Object key;
    private long bytes;
    private long lookedNs;
    private boolean isFailing;

    /**
     * @param bytesMax of a file; one event more may be in it if it is longer than that alone
     * @param filesMax with the one that is written to
     * @param otherwise for what cannot be written
     */
    LogFile(Path path, long bytesMax, int filesMax, PrintStream otherwise, LongSupplier nanoTime) throws IOException {
        this.path = path;
        this.bytesMax = bytesMax;
        this.filesMax = filesMax;
        this.otherwise = otherwise;
        this.nanoTime = nanoTime;
        if (path.getParent() != null) Files.createDirectories(path.getParent());
        open();
    }

    synchronized void write(String event) {
        byte[] encoded = event.getBytes(StandardCharsets.UTF_8);
        try {
            look();
            if (bytes > 0 && bytes + encoded.length > bytesMax) rotate();
            out.write(encoded);
            bytes += encoded.length;
            isFailing = false;
        } catch (IOException e) {
            if (!isFailing) otherwise.println("ottla: the log file " + path + " cannot be written: " + e.getMessage());
            isFailing = true;
            otherwise.print(event);
            otherwise.flush();
        }
    }

    private void look() throws IOException {
        long now = nanoTime.getAsLong();
        if (!isFailing && now - lookedNs < LOOK_EVERY_NS) return;
        if (isFailing || !Files.exists(path) || !Objects.equals(key, keyNow())) {
            out.close();
            open();
        }
        lookedNs = now;
    }

    /** What tells this file from another of its name; null where the file system knows nothing of the kind. */
    private Object keyNow() throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    private void open() throws IOException {
        out = Files.newOutputStream(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        key = keyNow();
        bytes = Files.size(path);
        lookedNs = nanoTime.getAsLong();
    }

    private void rotate() throws IOException {
        out.close();
        for (int i = filesMax - 1; i > 0; i--) {
            Path from = i == 1 ? path : older(i - 1);
            if (Files.exists(from)) Files.move(from, older(i), StandardCopyOption.REPLACE_EXISTING);
        }
        if (filesMax == 1) Files.deleteIfExists(path);
        open();
    }

    private Path older(int number) {
        return path.resolveSibling(path.getFileName() + "." + number);
    }
}
