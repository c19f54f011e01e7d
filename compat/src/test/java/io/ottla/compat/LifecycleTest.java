package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the log of a node says of its life, on standard error and in a file. */
@Timeout(120)
class LifecycleTest {
    private static final int PARTITIONS = 100;

    @TempDir
    Path home;

    private static Map<TopicPartition, OffsetSpec> ends() {
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (int i = 0; i < PARTITIONS; i++) ends.put(new TopicPartition("life", i), OffsetSpec.latest());
        return ends;
    }

    /** Its topic has a record in each partition. */
    private static void fill(OttlaProcess node) throws Exception {
        Map<String, Object> to = Map.of("bootstrap.servers", node.bootstrap());
        try (Admin admin = Admin.create(to);
                KafkaProducer<String, String> producer =
                        new KafkaProducer<>(to, new StringSerializer(), new StringSerializer())) {
            admin.createTopics(List.of(new NewTopic("life", PARTITIONS, (short) 1)))
                    .all()
                    .get();
            for (int i = 0; i < PARTITIONS; i++) {
                var unused = producer.send(new ProducerRecord<>("life", i, "key", "value"));
            }
            producer.flush();
            AlterConfigOp set = new AlterConfigOp(new ConfigEntry("retention.ms", "3600000"), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.TOPIC, "life"), List.of(set)))
                    .all()
                    .get();
            admin.createTopics(List.of(new NewTopic("short", 1, (short) 1)))
                    .all()
                    .get();
            admin.deleteTopics(List.of("short")).all().get();
        }
    }

    @Test
    void aLifeIsToldAndAStopWhileLogsAreOpenedIsNoError() throws Exception {
        try (OttlaProcess node = new OttlaProcess(home)) {
            fill(node);
            node.kill();
            assertThat(Files.readString(node.log()))
                    .contains(
                            "INFO StartCommand - Ottla ",
                            "ottla-data/kafka is new",
                            "INFO Node - ready after ",
                            "topic life is created; partitions: 100, id: ",
                            "configuration of topics/life: retention.ms=3600000",
                            "topic short is deleted")
                    .doesNotContain("the last stop was not clean", "group ");
            Files.delete(node.log());
            node.start();
            Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrap()));
            try {
                var asked = admin.listOffsets(ends()); // which opens all logs, and is not waited for
                assertThat(asked).isNotNull();
                assertThat(node.stop()).as("exit status").isZero();
            } finally {
                admin.close(Duration.ZERO);
            }
            assertThat(Files.readString(node.log()))
                    .contains(
                            "the last stop was not clean: ",
                            "this node stops, as it was told to by a signal",
                            "stopped in order after ")
                    .doesNotContain(" ERROR ");
        }
    }

    @Test
    void theLogMayBeAFileOfJson() throws Exception {
        Path log = home.resolve("logs/ottla.log");
        try (OttlaProcess node = new OttlaProcess(home, "ottla.log.file=" + log, "ottla.log.format=json")) {
            assertThat(node.stop()).isZero();
            assertThat(Files.readAllLines(log))
                    .allMatch(line -> line.startsWith("{\"time\":\"") && line.endsWith("\"}"))
                    .anyMatch(line -> line.contains("\"message\":\"stopped in order after "));
            assertThat(Files.readString(node.log())).doesNotContain("INFO");
        }
    }
}
