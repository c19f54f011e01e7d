package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Producing and consuming 1 KB over TLS, with a certificate that the JDK's keytool makes for it. */
final class TlsRow implements Row {
    private static final String PASSWORD = "compare-only";
    private static final long COUNT = 1_000_000;
    private static final long KEYTOOL_S_MAX = 60;

    @Override
    public String name() {
        return "tls";
    }

    @Override
    public String about() {
        return "TLS, produce and consume 1 KB: server CPU";
    }

    @Override
    public boolean usual() {
        return false;
    }

    @Override
    public void measure(Turn turn) throws LoadFailedException, IOException, InterruptedException {
        Path keys = turn.folder().resolve("keys.p12");
        makeKeys(turn.folder(), keys);
        int tlsPort = FreePorts.one();
        Map<String, String> settings = Map.of(
                "listeners",
                "PLAINTEXT://127.0.0.1:{port},SSL://127.0.0.1:" + tlsPort,
                "ssl.keystore.type",
                "PKCS12",
                "ssl.keystore.location",
                keys.toString(),
                "ssl.keystore.password",
                PASSWORD,
                "ssl.key.password",
                PASSWORD);
        Path client = turn.folder().resolve("client.properties");
        PropertiesFile.write(
                client,
                Map.of(
                        "security.protocol", "SSL",
                        "ssl.truststore.type", "PKCS12",
                        "ssl.truststore.location", keys.toString(),
                        "ssl.truststore.password", PASSWORD,
                        "ssl.endpoint.identification.algorithm", ""));
        try (ServerProcess server = turn.start(settings)) {
            String address = "127.0.0.1:" + tlsPort;
            for (int repeat = 1; repeat <= turn.repeats(); repeat++) {
                boolean told = repeat == 1 || repeat == turn.repeats();
                String when = repeat == 1 ? "fresh" : "warm";
                Workload.Cost produced = run(
                        turn,
                        server,
                        address,
                        client,
                        "produce",
                        "produce tls-" + repeat + " --keep --record-size 1024 --acks 1 --count " + turn.scaled(COUNT));
                Workload.Cost consumed = run(turn, server, address, client, "consume", "consume tls-" + repeat);
                if (!told) continue;
                turn.more("produce, " + when + ": MB/s", produced.mbPerS());
                turn.less("produce, " + when + ": server CPU s/GB", produced.cpuSPerGb());
                turn.more("consume, " + when + ": MB/s", consumed.mbPerS());
                turn.less("consume, " + when + ": server CPU s/GB", consumed.cpuSPerGb());
            }
        }
    }

    private static Workload.Cost run(
            Turn turn, ServerProcess server, String address, Path client, String track, String words)
            throws LoadFailedException, IOException, InterruptedException {
        double before = server.figures().cpuS();
        Client.Measured measured = turn.client().run(address, words, "--client-config", client.toString());
        double cpuS = server.figures().cpuS() - before;
        return new Workload.Cost(
                measured.of(track, "mbPerS"),
                measured.of(track, "recordsPerS"),
                cpuS / (measured.of(track, "bytes") / 1e9));
    }

    private static void makeKeys(Path folder, Path keys) throws LoadFailedException, IOException, InterruptedException {
        Path log = folder.resolve("keytool.log");
        Process keytool = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-validity",
                        "30",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost,ip:127.0.0.1",
                        "-ext",
                        "bc:c",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keys.toString(),
                        "-storepass",
                        PASSWORD))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        if (!keytool.waitFor(KEYTOOL_S_MAX, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
            keytool.destroyForcibly();
            throw new LoadFailedException("keytool could not make a certificate: "
                    + Files.readString(log).strip());
        }
    }
}
