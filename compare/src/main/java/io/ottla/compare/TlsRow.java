package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Producing and consuming 1 KB over TLS, with a certificate that the JDK's keytool makes for it. */
final class TlsRow implements Row {
    private static final String PASSWORD = "compare-only";
    private static final long COUNT = 1_000_000;

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
                Workload.Cost produced = Workload.cost(
                        turn,
                        server,
                        address,
                        "produce",
                        "produce tls-" + repeat + " --keep --record-size 1024 --acks 1 --count " + turn.scaled(COUNT),
                        "--client-config",
                        client.toString());
                Workload.Cost consumed = Workload.cost(
                        turn,
                        server,
                        address,
                        "consume",
                        "consume tls-" + repeat,
                        "--client-config",
                        client.toString());
                turn.warmth(repeat).ifPresent(warmth -> {
                    produced.tell(turn, "produce, " + warmth);
                    consumed.tell(turn, "consume, " + warmth);
                });
            }
        }
    }

    private static void makeKeys(Path folder, Path keys) throws LoadFailedException, InterruptedException {
        Tool.run(
                folder.resolve("keytool.log"),
                List.of(
                        Tool.ofJdk("keytool"),
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
                        PASSWORD));
    }
}
