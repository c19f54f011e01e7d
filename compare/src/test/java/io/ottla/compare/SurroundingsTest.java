package io.ottla.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.compare.ApacheDownload.Program;
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
    void availableMemoryIsReadInBytes() throws Exception {
        assertThat(Ballast.availableBytes("MemTotal:       9 kB\nMemAvailable:   1000 kB\n"))
                .isEqualTo(1_024_000);
        assertThatThrownBy(() -> Ballast.availableBytes("MemTotal: 9 kB\n")).hasMessageContaining("/proc/meminfo");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void ballastIsMemoryThatTheProcessHasUntilItIsClosed() throws Exception {
        ProcessFigures own = new ProcessFigures(ProcessHandle.current().pid());
        long available = Ballast.availableBytes(Files.readString(Path.of("/proc/meminfo")));
        double beforeMb = own.rssMb();
        try (Ballast _ = Ballast.leaving(available - (600L << 20))) {
            assertThat(own.rssMb() - beforeMb).isBetween(200.0, 700.0);
        }
        assertThat(own.rssMb() - beforeMb).isLessThan(200);
        assertThatThrownBy(() -> Ballast.leaving(Long.MAX_VALUE)).hasMessageContaining("--scale");
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
        assertThat(ApacheDownload.reason(
                        Program.KAFKA, "4.3.1", "[ERROR] repo.maven.apache.org: Unknown host repo.maven.apache.org"))
                .contains("could not reach its repository");
        assertThat(ApacheDownload.reason(
                        Program.KAFKA, "9.9.9", "Could not find artifact org.apache.kafka:kafka_2.13:jar:9.9.9"))
                .contains("no Apache Kafka 9.9.9");
        assertThat(ApacheDownload.reason(Program.KAFKA, "4.3.1", "disk full")).contains("disk full");
    }

    @Test
    void whatIsThereIsNotBroughtAgainAndVersionsAreVersions() throws Exception {
        Path libs = Files.createDirectories(folder.resolve("kafka-4.3.1/libs"));
        ApacheDownload download = new ApacheDownload(folder, line -> {
            throw new AssertionError(line);
        });
        assertThat(download.kafka("4.3.1")).isEqualTo(libs);
        for (String version : List.of("latest", "4.3", "../4.3.1", ""))
            assertThatThrownBy(() -> download.kafka(version)).isInstanceOf(LoadFailedException.class);
    }

    @Test
    void eachLineOfKafkaLogsWithWhatItCameWith() {
        assertThat(ApacheDownload.pom(Program.KAFKA, "4.3.1"))
                .contains("<version>4.3.1</version>")
                .contains("log4j-core");
        assertThat(ApacheDownload.pom(Program.KAFKA, "3.9.2"))
                .contains("<version>3.9.2</version>")
                .contains("slf4j-reload4j");
    }

    @Test
    void zooKeeperRunsOnAConfigurationAndAHeapThatBothSidesHave() throws Exception {
        Map<String, String> common = Map.of("clientPort", "2181", "dataDir", "/data");
        Contender.Command apache = new ZooKeeperContender("3.9.5", Path.of("/libs")).prepare(folder, common);
        assertThat(apache.words())
                .contains("-Xmx1000m", "/libs/*", "org.apache.zookeeper.server.quorum.QuorumPeerMain");
        assertThat(Files.readString(folder.resolve("zoo.cfg"))).contains("clientPort=2181", "dataDir=/data");
        Contender.Command ottla = new OttlaContender(Path.of("/x/ottla")).prepare(folder, common);
        assertThat(ottla.environment()).containsEntry("OTTLA_JVM_OPTIONS", "-Xmx1000m");
        assertThat(Files.readString(folder.resolve("server.properties"))).contains("clientPort=2181", "dataDir=/data");
        assertThat(ApacheDownload.pom(Program.ZOOKEEPER, "3.9.5"))
                .contains("<artifactId>zookeeper</artifactId><version>3.9.5</version>")
                .contains("logback-classic");
        assertThat(ApacheDownload.reason(Program.ZOOKEEPER, "3.9.5", "Could not find artifact"))
                .contains("no Apache ZooKeeper 3.9.5")
                .contains("--zookeeper-version");
    }

    @Test
    void theHeapIsReadOfBothCollectors() throws Exception {
        assertThat(JavaHeap.usedMb("""
                 DefNew     total 36864K, used 1000K [0x00000000c0000000, 0x00000000c2800000, 0x00000000c2800000)
                  eden space 32768K,   3% used [0x00000000c0000000, 0x00000000c0100000, 0x00000000c2000000)
                 Tenured    total 24576K, used 2000K [0x00000000c2800000, 0x00000000c4000000, 0x0000000100000000)
                 Metaspace       used 20000K, committed 20480K, reserved 1114112K
                """)).isEqualTo(3.072);
        assertThat(JavaHeap.usedMb("""
                 garbage-first heap   total reserved 1024000K, committed 264192K, used 5000K [0x00000000c1800000, 0x0000000100000000)
                  region size 1024K, 4 young (4096K), 1 survivors (1024K)
                 Metaspace       used 20000K, committed 20480K, reserved 1114112K
                """)).isEqualTo(5.12);
        assertThatThrownBy(() -> JavaHeap.usedMb("ZHeap used 10M")).hasMessageContaining("ZHeap");
    }
}
