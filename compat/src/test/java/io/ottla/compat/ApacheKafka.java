package io.ottla.compat;

import java.util.ArrayList;
import java.util.List;

/** Apache Kafka 3.9.2, the last that knows ZooKeeper. */
final class ApacheKafka {
    private ApacheKafka() {}

    /**
     * How its server or one of its tools is run.
     *
     * @param memory an option of the Java virtual machine
     */
    static List<String> command(String memory, String main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                ZkServer.java(),
                memory,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                ZkServer.jars("kafka39"),
                main));
        command.addAll(List.of(arguments));
        return command;
    }
}
