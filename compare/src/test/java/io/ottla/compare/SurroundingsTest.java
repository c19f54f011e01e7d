package io.ottla.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.load.LoadFailedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a comparison reads from the system, brings through Maven, and writes for the servers. */
class SurroundingsTest {
    @TempDir
    Path folder;

    @Test
    void processorTimeIsFoundBehindAnyName() {
        String fields = " S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0 30 0";
        assertThat(ProcessFigures.cpuS("42 (java)" + fields)).isEqualTo(3.0);
        assertThat(ProcessFigures.cpuS("42 (a) b (c d)" + fields)).isEqualTo(3.0);
    }

    @Test
    void memoryIsReadByName() {
        assertThat(ProcessFigures.memoryMb("Name:\tjava\nVmHWM:\t   9 kB\nVmRSS:\t   1000 kB\n", "VmRSS"))
                .isEqualTo(1.024);
        assertThatThrownBy(() -> ProcessFigures.memoryMb("Name:\tjava\n", "VmRSS"))
                .hasMessageContaining("VmRSS");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void ofThisProcessAllIsKnown() throws Exception {
        ProcessFigures own = new ProcessFigures(ProcessHandle.current().pid());
        assertThat(own.cpuS()).isPositive();
        assertThat(own.rssMb()).isGreaterThan(10);
        assertThat(own.openFiles()).isGreaterThan(3);
        assertThat(own.mappings()).isGreaterThan(3);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void filesAreSyncedAndDroppedFromThePageCacheAndKeepTheirBytes() throws Exception {
        Path file = Files.write(folder.resolve("0.log"), new byte[100_000]);
        Files.write(folder.resolve("0.index"), new byte[10]);
        assertThat(new PageEviction().evict(folder)).isEqualTo(100_000);
        assertThat(Files.readAllBytes(file)).hasSize(100_000);
    }

    @Test
    void bothSidesGetTheSamePropertiesAndEachItsOwnFolder() throws Exception {
        Map<String, String> common = Map.of(
                "listeners",
                "PLAINTEXT://127.0.0.1:1",
                "log.dirs",
                folder.resolve("data").toString());
        Contender.Command command = new OttlaContender(Path.of("/x/ottla")).prepare(folder, common);
        assertThat(command.words())
                .containsExactly(
                        "/x/ottla", "start", folder.resolve("server.properties").toString());
        Properties written = new Properties();
        try (var reader = Files.newBufferedReader(folder.resolve("server.properties"))) {
            written.load(reader);
        }
        assertThat(written)
                .containsAllEntriesOf(common)
                .containsEntry("dataDir", folder.resolve("zookeeper").toString());
    }

    @Test
    void kafkaRunsAsItsOwnScriptsRunIt() throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        Files.writeString(data.resolve("meta.properties"), "formatted=before");
        Map<String, String> common = Map.of("listeners", "PLAINTEXT://127.0.0.1:1", "log.dirs", data.toString());
        Contender.Command command = new KafkaContender("4.3.1", Path.of("/libs")).prepare(folder, common);
        assertThat(command.words()).contains("-Xmx1G", "-XX:+UseG1GC", "/libs/*", "kafka.Kafka");
        assertThat(Files.readString(folder.resolve("server.properties")))
                .contains("listeners=PLAINTEXT\\://127.0.0.1\\:1,CONTROLLER\\://127.0.0.1\\:")
                .contains("advertised.listeners=PLAINTEXT\\://127.0.0.1\\:1");
    }

    @Test
    void whyKafkaDidNotComeIsSaidInASentence() {
        assertThat(KafkaDownload.reason("4.3.1", "[ERROR] repo.maven.apache.org: Unknown host repo.maven.apache.org"))
                .contains("could not reach its repository");
        assertThat(KafkaDownload.reason("9.9.9", "Could not find artifact org.apache.kafka:kafka_2.13:jar:9.9.9"))
                .contains("no Apache Kafka 9.9.9");
        assertThat(KafkaDownload.reason("4.3.1", "disk full")).contains("disk full");
    }

    @Test
    void whatIsThereIsNotBroughtAgainAndVersionsAreVersions() throws Exception {
        Path libs = Files.createDirectories(folder.resolve("kafka-4.3.1/libs"));
        KafkaDownload download = new KafkaDownload(folder, line -> {
            throw new AssertionError(line);
        });
        assertThat(download.fetch("4.3.1")).isEqualTo(libs);
        for (String version : List.of("latest", "4.3", "../4.3.1", ""))
            assertThatThrownBy(() -> download.fetch(version)).isInstanceOf(LoadFailedException.class);
    }

    @Test
    void eachLineOfKafkaLogsWithWhatItCameWith() {
        assertThat(KafkaDownload.pom("4.3.1"))
                .contains("<version>4.3.1</version>")
                .contains("log4j-core");
        assertThat(KafkaDownload.pom("3.9.2"))
                .contains("<version>3.9.2</version>")
                .contains("slf4j-reload4j");
    }
}
