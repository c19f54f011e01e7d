package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
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
    private static final int BEFORE_THE_STOP = 50;
    /** EX_IOERR. */
    private static final int NOT_ALL_WRITTEN = 74;

    @TempDir
    Path home;

    private Path small;

    @BeforeEach
    void mount() throws Exception {
        small = Files.createDirectory(home.resolve("small"));
        Program mounted = Program.run(
                home, 20, "", List.of("mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", small.toString()));
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

    /** Also the coordination service has no room: its directory is on the same small file system. */
    @Test
    void aStopOnAFullDiskIsInOrderAndTheNextStartRecovers() throws Exception {
        try (OttlaProcess node =
                new OttlaProcess(home, "log.dirs=" + small.resolve("data"), "dataDir=" + small.resolve("zookeeper"))) {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", node.bootstrap()))) {
                admin.createTopics(List.of(new NewTopic("full", 1, (short) 1)))
                        .all()
                        .get();
            }
            ClientJob job = new ClientJob(node.bootstrap(), "full");
            try (Producer<String, byte[]> producer = job.producer("acks", "all")) {
                for (int i = 0; i < BEFORE_THE_STOP; i++)
                    assertThat(accepted(producer)).isTrue();
            }
            Path filler = fill();
            assertThat(node.stop()).as(node.tail()).isEqualTo(NOT_ALL_WRITTEN);
            assertThat(node.tail())
                    .contains("no space is left in " + small.resolve("data"))
                    .contains("nothing that was acknowledged is lost")
                    .contains("make room first")
                    .doesNotContain("\tat ");
            Files.delete(filler);
            node.start();
            readAll(job, BEFORE_THE_STOP);
            assertThat(node.stop()).as(node.tail()).isZero();
            node.start();
            readAll(job, BEFORE_THE_STOP);
        }
    }

    /** To the last byte. */
    private Path fill() throws IOException {
        Path filler = small.resolve("filler");
        try (OutputStream out = Files.newOutputStream(filler)) {
            byte[] page = new byte[4096];
            while (true) out.write(page);
        } catch (IOException full) {
            return filler;
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
