package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * One node of Apache Kafka, broker and KRaft controller in one process as in its quick start, with the options for the virtual machine
 * that its own scripts give it (bin/kafka-server-start.sh, bin/kafka-run-class.sh), on the same JDK.
 */
public final class KafkaContender implements Contender {
    private static final List<String> JVM_OPTIONS = List.of(
            "-Xmx1G",
            "-Xms1G",
            "-server",
            "-XX:+UseG1GC",
            "-XX:MaxGCPauseMillis=20",
            "-XX:InitiatingHeapOccupancyPercent=35",
            "-XX:+ExplicitGCInvokesConcurrent",
            "-Djava.awt.headless=true");
    private static final String CLUSTER_ID = "b3R0bGEtY29tcGFyZS0wMQ";
    private static final String LOG4J2 = """
            Configuration:
              Appenders:
                Console: {name: out, target: SYSTEM_OUT, PatternLayout: {pattern: "[%d] %p %m (%c)%n"}}
              Loggers:
                Root: {level: INFO, AppenderRef: [{ref: out}]}
            """;
    private static final String LOG4J1 = """
            log4j.rootLogger=INFO, out
            log4j.appender.out=org.apache.log4j.ConsoleAppender
            log4j.appender.out.layout=org.apache.log4j.PatternLayout
            log4j.appender.out.layout.ConversionPattern=[%d] %p %m (%c)%n
            """;

    private final String version;
    private final Path libs;

    /** @param libs the folder with its jars, as {@link ApacheDownload} leaves it */
    public KafkaContender(String version, Path libs) {
        this.version = version;
        this.libs = libs;
    }

    @Override
    public String name() {
        return "Kafka " + version;
    }

    @Override
    public Set<Service> services() {
        return Set.of(Service.KAFKA);
    }

    @Override
    public Command prepare(Path folder, Map<String, String> properties)
            throws LoadFailedException, InterruptedException {
        Map<String, String> all = new LinkedHashMap<>();
        int controllerPort = FreePorts.one();
        all.put("process.roles", "broker,controller");
        all.put("node.id", "1");
        all.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        all.put("controller.listener.names", "CONTROLLER");
        all.put(
                "listener.security.protocol.map",
                "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL");
        all.put("offsets.topic.replication.factor", "1");
        all.put("transaction.state.log.replication.factor", "1");
        all.put("transaction.state.log.min.isr", "1");
        all.put("share.coordinator.state.topic.replication.factor", "1");
        all.put("share.coordinator.state.topic.min.isr", "1");
        all.putAll(properties);
        all.put("advertised.listeners", properties.get("listeners"));
        all.merge("listeners", "CONTROLLER://127.0.0.1:" + controllerPort, (given, own) -> given + "," + own);
        Path file = folder.resolve("server.properties");
        PropertiesFile.write(file, all);
        PropertiesFile.writeText(folder.resolve("log4j2.yaml"), LOG4J2);
        PropertiesFile.writeText(folder.resolve("log4j.properties"), LOG4J1);
        if (!Files.exists(Path.of(properties.get("log.dirs")).resolve("meta.properties"))) format(folder, file);
        return new Command(java(folder, JVM_OPTIONS, "kafka.Kafka", file.toString()), Map.of());
    }

    private void format(Path folder, Path file) throws LoadFailedException, InterruptedException {
        Tool.run(
                folder.resolve("format.log"),
                java(folder, List.of(), "kafka.tools.StorageTool", "format", "-t", CLUSTER_ID, "-c", file.toString()));
    }

    private List<String> java(Path folder, List<String> options, String... program) {
        List<String> words = new ArrayList<>();
        words.add(Tool.ofJdk("java"));
        words.addAll(options);
        words.add("-Dlog4j2.configurationFile=" + folder.resolve("log4j2.yaml"));
        words.add("-Dlog4j.configuration=" + folder.resolve("log4j.properties").toUri());
        words.add("-cp");
        words.add(libs + "/*");
        words.addAll(List.of(program));
        return words;
    }
}
