package io.ottla.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Shows how far long work has come: a line on standard error that rewrites itself, only where a person is watching. */
final class Progress {
    private static final long EVERY_NS = 500_000_000;

    private final PrintStream err;
    private final boolean watched;
    private final String what;
    private final long startNs = System.nanoTime();
    private long lastNs = startNs;
    private long done;
    private long bytes;

    /**
     * For a command that reads or writes its data through a descriptor of the process: shown where standard error is a
     * person's, unless the data are on a terminal too, which is the same one.
     */
    static Progress beside(int dataDescriptor, String what) {
        return new Progress(what, System.err, isTerminal(2) && !isTerminal(dataDescriptor));
    }

    /** For a command whose data are in a file. */
    static Progress of(String what) {
        return new Progress(what, System.err, isTerminal(2));
    }

    /** Whether a person is at this descriptor of the process. */
    static boolean isTerminal(int descriptor) {
        try {
            String device = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return device.startsWith("/dev/pts/") || device.startsWith("/dev/tty");
        } catch (IOException | UnsupportedOperationException notLinux) {
            return false;
        }
    }

    Progress(String what, PrintStream err, boolean watched) {
        this.what = what;
        this.err = err;
        this.watched = watched;
    }

    void add(long items, long itemBytes) {
        done += items;
        bytes += itemBytes;
        long now = System.nanoTime();
        if (watched && now - lastNs > EVERY_NS) {
            lastNs = now;
            err.print("\r" + line(now) + "   ");
            err.flush();
        }
    }

    long done() {
        return done;
    }

    /** The closing line. */
    void end() {
        if (watched) err.print("\r");
        err.println(line(System.nanoTime()) + ".");
    }

    /** The closing line, if anything was shown before. */
    void endIfShown() {
        if (lastNs != startNs) end();
    }

    private String line(long nowNs) {
        double seconds = Math.max(0.001, (nowNs - startNs) / 1e9);
        return String.format(
                Locale.ROOT,
                "%,d %s, %.1f MB, %,.0f/s, %.1f MB/s",
                done,
                what,
                bytes / 1e6,
                done / seconds,
                bytes / 1e6 / seconds);
    }
}
