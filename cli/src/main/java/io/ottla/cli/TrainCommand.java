package io.ottla.cli;

import io.ottla.node.ListenerConfig;
import io.ottla.node.NodeConfig;
import io.ottla.node.StartResult;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * {@code ottla train}: a node starts, answers what clients ask first, and stops. The launcher runs it once after a build, for
 * the virtual machine to record what a start needs (its AOT cache, JEP 483 and 514).
 */
@Command(name = "train", hidden = true)
final class TrainCommand implements Callable<Integer> {
    private static final int TIMEOUT_MS = 10_000;
    private static final short API_VERSIONS = 18;
    private static final short METADATA = 3;

    @Override
    public Integer call() throws CommandFailed, IOException, InterruptedException {
        Path folder = Files.createTempDirectory("ottla-train");
        try {
            // twice, so that the second start finds a directory, as most starts do
            for (int start = 0; start < 2; start++) serveOnce(folder);
        } finally {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
            }
        }
        return 0;
    }

    private static void serveOnce(Path folder) throws CommandFailed, IOException, InterruptedException {
        List<String> overrides = List.of(
                "listeners=PLAINTEXT://localhost:0",
                "log.dirs=" + folder.resolve("kafka"),
                "dataDir=" + folder.resolve("zookeeper"));
        NodeConfig config = StartCommand.config(StartCommand.properties(null, overrides));
        NodeProcess process = new NodeProcess(config);
        switch (process.start()) {
            case StartResult.Failed(String sentence) -> throw new CommandFailed(sentence);
            case StartResult.Started(Map<String, ListenerConfig> advertised) -> {
                int port = advertised.values().iterator().next().port();
                ask(port, API_VERSIONS, (short) 0, new byte[0]);
                ask(port, METADATA, (short) 1, new byte[] {-1, -1, -1, -1});
            }
        }
        process.stop();
    }

    /** Asks once, on a connection of its own; the answer does not matter, nor that there is one. */
    private static void ask(int port, short api, short version, byte[] body) throws IOException {
        byte[] clientId = "train".getBytes(StandardCharsets.UTF_8);
        ByteBuffer request = ByteBuffer.allocate(14 + clientId.length + body.length);
        request.putInt(request.capacity() - 4).putShort(api).putShort(version).putInt(1);
        request.putShort((short) clientId.length).put(clientId).put(body);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(TIMEOUT_MS);
            socket.getOutputStream().write(request.array());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            in.skipNBytes(in.readInt());
        } catch (java.io.EOFException notServed) {
            return;
        }
    }
}
