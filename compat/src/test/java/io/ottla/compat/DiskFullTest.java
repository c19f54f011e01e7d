package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file system that fills up under the node: producers get an error, reads go on, and when space returns, so do writes. */
class DiskFullTest {
    private static final int RECORD_BYTES = 100_000;
    private static final int BALLAST_BYTES = 20_000_000;

    @TempDir
    Path home;

    private Path small;

    @BeforeEach
    void mount() throws Exception {
        small = Files.createDirectory(home.resolve("small"));
        Program mounted =
                Program.run(home, 20, "", List.of("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", small.toString()));
        Assumptions.assumeTrue(mounted.exit() == 0, "a small file system cannot be mounted here: " + mounted.text());
    }

    @AfterEach
    void unmount() {
        Program.run(home, 20, "", List.of("umount", "-l", small.toString()));
    }

    @Test
    void producersGetAnErrorAndTheNodeRecovers() throws Exception {
        Path ballast = Files.write(small.resolve("ballast"), new byte[BALLAST_BYTES]);
        try (OttlaProcess node = new OttlaProcess(home, "log.dirs=" + small.resolve("data"))) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrap()))) {
                admin.createTopics(List.of(new NewTopic("full", 1, (short) 1)))
                        .all()
                        .get();
            }
            ClientJob job = new ClientJob(node.bootstrap(), "full");
            int acknowledged = 0;
            try (Producer<String, byte[]> producer =
                    job.producer("retries", "0", "acks", "all", "enable.idempotence", "false")) {
                boolean refused = false;
                for (int i = 0; i < 1000 && !refused; i++)
                    if (accepted(producer)) acknowledged++;
                    else refused = true;
                assertThat(refused)
                        .as("a full disk is an error for the producer")
                        .isTrue();
                readAll(job, acknowledged);
                Files.delete(ballast);
                long deadline = System.nanoTime() + 30_000_000_000L;
                while (!accepted(producer))
                    assertThat(System.nanoTime())
                            .as("writes resume when space returns; " + node.tail())
                            .isLessThan(deadline);
                acknowledged++;
                readAll(job, acknowledged);
            }
            node.kill();
            node.start();
            readAll(job, acknowledged);
        }
    }

    private static boolean accepted(Producer<String, byte[]> producer) throws InterruptedException {
        try {
            producer.send(new ProducerRecord<>("full", 0, null, new byte[RECORD_BYTES]))
                    .get();
            return true;
        } catch (ExecutionException refused) {
            assertThat(refused.getCause()).isNotNull();
            return false;
        }
    }

    private static void readAll(ClientJob job, int acknowledged) {
        try (Consumer<String, byte[]> consumer = job.consumer()) {
            TopicPartition partition = ProduceScenarios.assign(consumer, "full", 0);
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            assertThat(end).isGreaterThanOrEqualTo(acknowledged);
            ClientJob.take(consumer, Math.toIntExact(end));
        }
    }
}
