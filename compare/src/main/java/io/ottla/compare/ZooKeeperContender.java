package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One server of Apache ZooKeeper, standalone as in its quick start, with the options for the virtual machine that its own scripts give it
 * (bin/zkServer.sh, bin/zkEnv.sh), on the same JDK. It logs what its own configuration would.
 */
public final class ZooKeeperContender implements Contender {
    private static final List<String> JVM_OPTIONS =
            List.of("-Xmx" + ServerProcess.ZOOKEEPER_HEAP_MB + "m", "-XX:+HeapDumpOnOutOfMemoryError");
    private static final String LOGBACK = """
            <configuration>
              <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
                <encoder><pattern>%d{ISO8601} [myid:%X{myid}] - %-5p [%t:%C{1}@%L] - %m%n</pattern></encoder>
              </appender>
              <root level="INFO"><appender-ref ref="out"/></root>
            </configuration>
            """;

    private final String version;
    private final Path libs;

    /** @param libs the folder with its jars, as {@link ApacheDownload} leaves it */
    public ZooKeeperContender(String version, Path libs) {
        this.version = version;
        this.libs = libs;
    }

    @Override
    public String name() {
        return "ZooKeeper " + version;
    }

    @Override
    public Set<Service> services() {
        return Set.of(Service.ZOOKEEPER);
    }

    @Override
    public Command prepare(Path folder, Map<String, String> properties) throws LoadFailedException {
        Map<String, String> all = new LinkedHashMap<>(properties);
        all.put("admin.enableServer", "false");
        Path file = folder.resolve("zoo.cfg");
        PropertiesFile.write(file, all);
        Path logback = folder.resolve("logback.xml");
        PropertiesFile.writeText(logback, LOGBACK);
        List<String> words = new ArrayList<>();
        words.add(Tool.ofJdk("java"));
        words.addAll(JVM_OPTIONS);
        words.addAll(List.of("-Dlogback.configurationFile=" + logback, "-cp", libs + "/*"));
        words.addAll(List.of("org.apache.zookeeper.server.quorum.QuorumPeerMain", file.toString()));
        return new Command(words, Map.of());
    }
}
