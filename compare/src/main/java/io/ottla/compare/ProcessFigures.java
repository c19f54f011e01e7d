package io.ottla.compare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** What Linux tells of a running process, from {@code /proc/PID}. */
final class ProcessFigures {
    /** Ticks of user and system time a second: USER_HZ, which is 100 on every Linux that Java runs on. */
    private static final double TICKS_PER_S = 100;

    private static final int UTIME = 11; // counted behind the program's name
    private static final int STIME = 12;

    private final Path folder;

    ProcessFigures(long pid) {
        folder = Path.of("/proc", String.valueOf(pid));
    }

    static boolean available() {
        return Files.isReadable(Path.of("/proc/self/stat"));
    }

    /** Processor time that the process has used, user and system, seconds. */
    double cpuS() throws IOException {
        return cpuS(Files.readString(folder.resolve("stat")));
    }

    /** Memory that it has in use now, MB (millions of bytes). */
    double rssMb() throws IOException {
        return memoryMb(Files.readString(folder.resolve("status")), "VmRSS");
    }

    int openFiles() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("fd"))) {
            return (int) files.count();
        }
    }

    int mappings() throws IOException {
        try (Stream<String> lines = Files.lines(folder.resolve("maps"))) {
            return (int) lines.count();
        }
    }

    /** The name may hold anything, spaces and parentheses included, so fields are counted from its end. */
    static double cpuS(String stat) {
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME])) / TICKS_PER_S;
    }

    static double memoryMb(String status, String name) {
        return bytes(status, name)
                        .orElseThrow(() -> new IllegalArgumentException("no " + name + " in a process's status"))
                / 1e6;
    }

    /** A size by its name. @param text of lines of {@code name: size kB}, as several files of /proc have them */
    static OptionalLong bytes(String text, String name) {
        return text.lines()
                .filter(line -> line.startsWith(name + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst();
    }
}
