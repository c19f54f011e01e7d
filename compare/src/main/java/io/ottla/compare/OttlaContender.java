package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Ottla, by the launcher that runs this comparison, with the options that it gives every node. */
public final class OttlaContender implements Contender {
    /** As a ZooKeeper server it gets the heap that Apache's has by default, whatever the memory of the machine. */
    private static final String HEAP_OF_ZOOKEEPER = "-Xmx" + ServerProcess.ZOOKEEPER_HEAP_MB + "m";

    private final Path launcher;

    /** @param launcher the script {@code ottla} */
    public OttlaContender(Path launcher) {
        this.launcher = launcher;
    }

    @Override
    public String name() {
        return "Ottla";
    }

    @Override
    public Set<Service> services() {
        return Set.of(Service.values());
    }

    @Override
    public Command prepare(Path folder, Map<String, String> properties) throws LoadFailedException {
        Map<String, String> all = new LinkedHashMap<>(properties);
        all.putIfAbsent("dataDir", folder.resolve("zookeeper").toString());
        all.putIfAbsent("log.dirs", folder.resolve("data").toString());
        all.putIfAbsent("listeners", "PLAINTEXT://127.0.0.1:" + FreePorts.one());
        Path file = folder.resolve("server.properties");
        PropertiesFile.write(file, all);
        return new Command(
                List.of(launcher.toString(), "start", file.toString()),
                Map.of(
                        "OTTLA_BUILD",
                        "never",
                        "JAVA_HOME",
                        System.getProperty("java.home"),
                        "OTTLA_JVM_OPTIONS",
                        properties.containsKey("clientPort") ? HEAP_OF_ZOOKEEPER : ""));
    }
}
