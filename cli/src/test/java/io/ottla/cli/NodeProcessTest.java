package io.ottla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.node.ListenerConfig;
import io.ottla.node.StartResult;
import java.io.DataInputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node on the real world starts, serves and stops; or says in one sentence why it does not. */
class NodeProcessTest {
    @TempDir
    Path folder;

    private NodeProcess process(String... overrides) throws CommandFailed {
        List<String> all = new ArrayList<>(List.of(
                "listeners=PLAINTEXT://127.0.0.1:0",
                "log.dirs=" + folder.resolve("kafka"),
                "dataDir=" + folder.resolve("zookeeper")));
        all.addAll(List.of(overrides));
        return new NodeProcess(StartCommand.config(new ConfigFile(null, all)));
    }

    private static int port(StartResult result) {
        assertThat(result).isInstanceOf(StartResult.Started.class);
        Map<String, ListenerConfig> advertised = ((StartResult.Started) result).advertised();
        return advertised.get("PLAINTEXT").port();
    }

    private String failure(String... overrides) throws Exception {
        NodeProcess process = process(overrides);
        StartResult result = process.start();
        process.letGo();
        assertThat(result).isInstanceOf(StartResult.Failed.class);
        return ((StartResult.Failed) result).sentence();
    }

    /** Metadata 1 for all topics; gives the id of the controller. */
    private static int controllerFromMetadata(int port) throws Exception {
        byte[] client = "test".getBytes(StandardCharsets.UTF_8);
        ByteBuffer request = ByteBuffer.allocate(22);
        request.putInt(18).putShort((short) 3).putShort((short) 1).putInt(7);
        request.putShort((short) client.length).put(client).putInt(-1);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.array());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] answer = new byte[in.readInt()];
            in.readFully(answer);
            ByteBuffer body = ByteBuffer.wrap(answer);
            assertThat(body.getInt()).as("correlation id").isEqualTo(7);
            assertThat(body.getInt()).as("brokers").isEqualTo(1);
            body.getInt(); // its id
            body.position(body.position() + 2 + body.getShort(body.position()) + 4); // host and port
            short rack = body.getShort();
            body.position(body.position() + Math.max(0, rack));
            return body.getInt();
        }
    }

    @Test
    void aNodeStartsServesStopsAndStartsAgain() throws Exception {
        for (int start = 0; start < 2; start++) {
            NodeProcess process = process();
            assertThat(controllerFromMetadata(port(process.start()))).isZero();
            assertThat(process.stop()).isTrue();
        }
        assertThat(folder.resolve("kafka/.kafka_cleanshutdown")).exists();
        assertThat(folder.resolve("kafka/meta.properties")).content().contains("broker.id=0");
    }

    @Test
    void aDataDirectoryThatCannotBeMadeIsNamed() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "no directory");
        assertThat(failure("dataDir=" + file.resolve("data")))
                .contains("the data directory " + file.resolve("data") + " cannot be made");
    }

    @Test
    void oneConnectionTooManyIsTurnedAway() throws Exception {
        NodeProcess process = process("max.connections=1");
        int port = port(process.start());
        try (Socket first = new Socket(InetAddress.getLoopbackAddress(), port);
                Socket second = new Socket(InetAddress.getLoopbackAddress(), port)) {
            second.setSoTimeout(20_000);
            assertThat(second.getInputStream().read()).isEqualTo(-1);
            assertThat(first.isConnected()).isTrue();
        }
        assertThat(process.stop()).isTrue();
    }

    @Test
    void aPortInUseIsSaid() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(failure("listeners=PLAINTEXT://127.0.0.1:" + taken.getLocalPort()))
                    .contains("127.0.0.1:" + taken.getLocalPort())
                    .containsIgnoringCase("in use");
        }
    }

    @Test
    void aLogDirectoryThatAnotherNodeHasIsSaid() throws Exception {
        NodeProcess first = process();
        port(first.start());
        assertThat(failure("dataDir=" + folder.resolve("other")))
                .contains(folder.resolve("kafka").toString())
                .contains("in use");
        assertThat(first.stop()).isTrue();
    }

    @Test
    void aDataDirectoryThatAnotherNodeHasIsSaidAndTheLogDirectoryIsLetGo() throws Exception {
        NodeProcess first = process();
        port(first.start());
        Path other = folder.resolve("other");
        assertThat(failure("log.dirs=" + other))
                .contains(folder.resolve("zookeeper").toString())
                .contains("in use");
        assertThat(first.stop()).isTrue();
        NodeProcess second = process("log.dirs=" + other);
        port(second.start());
        assertThat(second.stop()).isTrue();
    }

    @Test
    void aDirectoryThatCannotBeMadeIsSaid() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "not a folder");
        assertThat(failure("log.dirs=" + file.resolve("kafka"))).contains(file.toString());
        assertThat(failure("dataDir=" + file.resolve("zookeeper"))).contains(file.toString());
    }

    @Test
    void aConfigurationIsTextInUtf8OrLatin1() throws Exception {
        Path file = folder.resolve("server.properties");
        Files.write(file, "# größer\nbroker.rack=süd\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(new ConfigFile(file, List.of()).file()).containsEntry("broker.rack", "süd");
        Files.writeString(file, "# größer\nbroker.rack=süd\n");
        assertThat(new ConfigFile(file, List.of()).file()).containsEntry("broker.rack", "süd");
        Files.write(file, new byte[] {0, 1, -1, -2});
        assertThatThrownBy(() -> new ConfigFile(file, List.of()))
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining("is not a text file");
    }

    @Test
    void aPathThatIsNoneIsSaid() {
        assertThatThrownBy(() -> process("log.dirs=a\0b"))
                .isInstanceOf(CommandFailed.class)
                .hasMessageContaining("the configuration cannot be used");
    }

    @Test
    void aLogDirectoryOfAnotherNodeIsSaid() throws Exception {
        NodeProcess first = process("broker.id=3");
        port(first.start());
        assertThat(first.stop()).isTrue();
        assertThat(failure("broker.id=4")).contains("belongs to node 3");
        NodeProcess unnamed = process();
        port(unnamed.start());
        assertThat(unnamed.stop()).isTrue();
    }
}
