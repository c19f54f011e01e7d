package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Ottla, by the launcher that runs this comparison, with the options that it gives every node. */
public final class OttlaContender implements Contender {
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
    public Command prepare(Path folder, Map<String, String> properties) throws LoadFailedException {
        Map<String, String> all = new LinkedHashMap<>(properties);
        all.put("dataDir", folder.resolve("zookeeper").toString());
        Path file = folder.resolve("server.properties");
        PropertiesFile.write(file, all);
        return new Command(
                List.of(launcher.toString(), "start", file.toString()),
                Map.of("OTTLA_BUILD", "never", "JAVA_HOME", System.getProperty("java.home"), "OTTLA_JVM_OPTIONS", ""));
    }
}
