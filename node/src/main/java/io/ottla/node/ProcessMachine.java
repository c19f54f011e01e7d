package io.ottla.node;

import com.sun.management.UnixOperatingSystemMXBean;
import io.ottla.base.Disk;
import io.ottla.base.Outcome;
import io.ottla.zookeeperserver.Machine;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;

/** This process, and the data directory of its coordination service. */
final class ProcessMachine implements Machine {
    private static final String VERSION_FOLDER = "version-2";

    private final Disk disk;
    private final Path dataDir;
    private final Path dataLogDir;

    ProcessMachine(Disk disk, Path dataDir, Path dataLogDir) {
        this.disk = disk;
        this.dataDir = dataDir.resolve(VERSION_FOLDER);
        this.dataLogDir = dataLogDir.resolve(VERSION_FOLDER);
    }

    private record Sizes(long snapshotBytes, long logBytes) {}

    @Override
    public void directorySizes(DirectorySizes answer) {
        disk.submit(this, this::measure, outcome -> {
            Sizes sizes = outcome instanceof Outcome.Done<Sizes>(Sizes measured) ? measured : new Sizes(0, 0);
            answer.measured(sizes.snapshotBytes, sizes.logBytes);
        });
    }

    private Sizes measure() throws IOException {
        return new Sizes(measure(dataDir, "snapshot."), measure(dataLogDir, "log."));
    }

    private long measure(Path folder, String prefix) throws IOException {
        long bytes = 0;
        for (String name : disk.list(folder)) {
            Path file = folder.resolve(name);
            // it may have been purged meanwhile
            if (name.startsWith(prefix) && disk.exists(file)) bytes += disk.size(file);
        }
        return bytes;
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

    @Override
    public long freeMemoryBytes() {
        return Runtime.getRuntime().freeMemory();
    }

    @Override
    public long maxMemoryBytes() {
        return Runtime.getRuntime().maxMemory();
    }

    @Override
    public long totalMemoryBytes() {
        return Runtime.getRuntime().totalMemory();
    }
}
