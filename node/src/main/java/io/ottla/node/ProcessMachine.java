package io.ottla.node;

import com.sun.management.UnixOperatingSystemMXBean;
import io.ottla.base.Disk;
import io.ottla.base.Outcome;
import io.ottla.zookeeperserver.Machine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** This process, and the data directory of its coordination service. */
final class ProcessMachine implements Machine {
    /** Below the data directory, as in the original. */
    static final String VERSION_FOLDER = "version-2";

    private static final String SNAPSHOT = "snapshot.";
    private static final String LOG = "log.";

    private final Disk disk;
    private final Path dataDir;
    private final Path dataLogDir;

    ProcessMachine(Disk disk, Path dataDir, Path dataLogDir) {
        this.disk = disk;
        this.dataDir = dataDir.resolve(VERSION_FOLDER);
        this.dataLogDir = dataLogDir.resolve(VERSION_FOLDER);
    }

    @Override
    public void dataFiles(Consumer<DataFiles> answer) {
        disk.submit(
                this,
                this::look,
                outcome -> answer.accept(
                        outcome instanceof Outcome.Done<DataFiles>(DataFiles found)
                                ? found
                                : new DataFiles(0, 0, -1, -1)));
    }

    private DataFiles look() throws IOException {
        long snapshotBytes = 0;
        long zxid = -1;
        long writtenMs = -1;
        for (String name : disk.list(dataDir)) {
            Path file = dataDir.resolve(name);
            // it may have been purged meanwhile
            if (!name.startsWith(SNAPSHOT) || !disk.exists(file)) continue;
            snapshotBytes += disk.size(file);
            OptionalLong of = zxid(name);
            if (of.isEmpty() || of.getAsLong() < zxid) continue;
            zxid = of.getAsLong();
            writtenMs = disk.lastModifiedMs(file);
        }
        long logBytes = 0;
        for (String name : disk.list(dataLogDir)) {
            Path file = dataLogDir.resolve(name);
            if (name.startsWith(LOG) && disk.exists(file)) logBytes += disk.size(file);
        }
        return new DataFiles(snapshotBytes, logBytes, zxid, writtenMs);
    }

    /** Of {@code snapshot.ZXID[.gz|.snappy]}; empty of one that is being written. */
    private static OptionalLong zxid(String name) {
        String text = name.substring(SNAPSHOT.length());
        int dot = text.indexOf('.');
        try {
            return OptionalLong.of(Long.parseUnsignedLong(dot < 0 ? text : text.substring(0, dot), 16));
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    @Override
    public long openFiles() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : -1;
    }

    @Override
    public long openFilesMax() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getMaxFileDescriptorCount()
                : -1;
    }

    @Override
    public String hostName() {
        return System.getenv().getOrDefault("HOSTNAME", "localhost");
    }

    @Override
    public SortedMap<String, String> systemProperties() {
        SortedMap<String, String> properties = new TreeMap<>();
        for (String name : System.getProperties().stringPropertyNames())
            if (!isSecret(name)) properties.put(name, System.getProperty(name, ""));
        return properties;
    }

    private static boolean isSecret(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return lower.contains("password") || lower.contains("secret") || lower.contains("digest");
    }

    /** What objects can still take, once those that nobody uses are gone. Stops everything for a moment. */
    static long memoryLeftBytes() {
        Runtime runtime = Runtime.getRuntime();
        runtime.gc();
        return runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory());
    }

    @Override
    public long freeMemoryBytes() {
        return Runtime.getRuntime().freeMemory();
    }

    /** What the virtual machine may take for its heap. */
    static long heapBytesMax() {
        return Runtime.getRuntime().maxMemory();
    }

    @Override
    public long maxMemoryBytes() {
        return heapBytesMax();
    }

    @Override
    public long totalMemoryBytes() {
        return Runtime.getRuntime().totalMemory();
    }
}
