package io.ottla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.node.NodeConfig;
import io.ottla.node.StartResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The samples that the README names: they start as they are, and what they show commented out can be used and is the default. */
class SampleConfigTest {
    private static final Path SERVER_PROPERTIES = Path.of("../config/server.properties");
    private static final Path ZOO_CFG = Path.of("../conf/zoo.cfg");

    @TempDir
    Path folder;

    /** With every key that the sample shows. */
    private NodeConfig withAll(Path sample) throws Exception {
        String all = Files.readString(sample).replaceAll("(?m)^#(?=[\\w.]+=)", "");
        ConfigFile from = new ConfigFile(Files.writeString(folder.resolve("all"), all), List.of());
        assertThat(LogOptions.of(from.logging(), folder)).isEqualTo(LogOptions.of(java.util.Map.of(), folder));
        return StartCommand.config(from);
    }

    private void startsWith(Path sample, String... overrides) throws Exception {
        NodeProcess process = new NodeProcess(StartCommand.config(new ConfigFile(sample, List.of(overrides))));
        assertThat(process.start()).isInstanceOf(StartResult.Started.class);
        assertThat(process.stop()).isTrue();
    }

    @Test
    void serverPropertiesStart() throws Exception {
        NodeConfig all = withAll(SERVER_PROPERTIES);
        assertThat(all.withoutEffect()).isEmpty();
        assertThat(all.servesKafka()).isTrue();
        startsWith(
                SERVER_PROPERTIES,
                "listeners=PLAINTEXT://localhost:0",
                "clientPort=0",
                "log.dirs=" + folder.resolve("kafka"),
                "dataDir=" + folder.resolve("zookeeper"));
    }

    @Test
    void zooCfgStarts() throws Exception {
        NodeConfig all = withAll(ZOO_CFG);
        assertThat(all.withoutEffect()).isEmpty();
        assertThat(all.servesKafka()).isFalse();
        NodeConfig asItIs = StartCommand.config(new ConfigFile(ZOO_CFG, List.of()));
        assertThat(all.zookeeper().keeper()).isEqualTo(asItIs.zookeeper().keeper());
        assertThat(all.zookeeper().doors()).isEqualTo(asItIs.zookeeper().doors());
        startsWith(ZOO_CFG, "clientPort=0", "admin.serverPort=0", "dataDir=" + folder.resolve("zk"));
    }
}
