package io.ottla.compat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** By what the clients of a stream prove who they are, beside digest and their address. */
enum ZkSecurity {
    PLAIN,
    /** SASL's DIGEST-MD5, as {@link ZkStep.Prove} does it. */
    SASL,
    /** TLS on a port of its own, each connection with a certificate of its own. */
    X509,
    /** The same on the port of those without TLS, which every fourth connection is. */
    X509_ON_ONE_PORT;

    /** The last may do everything. */
    static final List<String> USERS = List.of("ann", "bob", "root");

    private static final String STORE_PASSWORD = "secret";
    private static final String SERVER = "localhost";

    static String password(String user) {
        return "word of " + user;
    }

    boolean usesTls() {
        return this == X509 || this == X509_ON_ONE_PORT;
    }

    /** Which ACLs name them. */
    ZkRequests.Ids ids() {
        return switch (this) {
            case PLAIN -> ZkRequests.Ids.NONE;
            case SASL -> new ZkRequests.Ids("sasl", List.of("ann", "bob", "nobody"));
            case X509, X509_ON_ONE_PORT -> new ZkRequests.Ids("x509", List.of("CN=ann", "CN=bob", "CN=nobody"));
        };
    }

    /** What a server has to know, in zoo.cfg; files that it names are written. */
    List<String> config(Path folder, int securePort) throws IOException {
        return switch (this) {
            case PLAIN -> List.of();
            case SASL -> List.of("superUser=root");
            case X509, X509_ON_ONE_PORT -> {
                makeKeys(folder);
                List<String> lines = new ArrayList<>(
                        this == X509
                                ? List.of("secureClientPort=" + securePort, "secureClientPortAddress=127.0.0.1")
                                : List.of("client.portUnification=true"));
                lines.addAll(List.of(
                        "serverCnxnFactory=org.apache.zookeeper.server.NettyServerCnxnFactory",
                        "ssl.keyStore.location=" + folder.resolve(SERVER + ".p12"),
                        "ssl.keyStore.password=" + STORE_PASSWORD,
                        "ssl.trustStore.location=" + folder.resolve("trusted.p12"),
                        "ssl.trustStore.password=" + STORE_PASSWORD,
                        "X509AuthenticationProvider.superUser=CN=root"));
                yield lines;
            }
        };
    }

    /** Options of the virtual machine that a server has to have. */
    List<String> jvmOptions(Path folder) throws IOException {
        if (this != SASL) return List.of();
        Path jaas = folder.resolve("jaas.conf");
        Files.writeString(
                jaas,
                USERS.stream()
                        .map(user -> "    user_%s=\"%s\"".formatted(user, password(user)))
                        .collect(Collectors.joining(
                                "\n",
                                "Server {\n    org.apache.zookeeper.server.auth.DigestLoginModule required\n",
                                ";\n};\n")));
        return List.of("-Djava.security.auth.login.config=" + jaas);
    }

    /** How the stream's connections come to a server. */
    ZkSubject.Door door(Path folder, int port, int securePort) throws IOException {
        if (!usesTls()) return connection -> new ZkSocket(port);
        List<SSLContext> contexts = new ArrayList<>();
        for (String user : USERS) contexts.add(context(folder, user));
        return connection -> {
            if (this == X509_ON_ONE_PORT && connection % 4 == 3) return new ZkSocket(port);
            SSLContext context = contexts.get(connection % contexts.size());
            return new ZkSocket(context.getSocketFactory().createSocket(), this == X509 ? securePort : port);
        };
    }

    /** A key that has signed itself for the server and for each user, and a store with the certificates of all. */
    private static void makeKeys(Path folder) throws IOException {
        if (Files.exists(folder.resolve("trusted.p12"))) return;
        List<String> names = new ArrayList<>(USERS);
        names.add(SERVER);
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            for (String name : names) {
                Program made = Program.run(
                        folder,
                        60,
                        "",
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "keytool")
                                        .toString(),
                                "-genkeypair",
                                "-alias",
                                name,
                                "-dname",
                                "CN=" + name,
                                "-keyalg",
                                "EC",
                                "-validity",
                                "365",
                                "-storetype",
                                "PKCS12",
                                "-keystore",
                                folder.resolve(name + ".p12").toString(),
                                "-storepass",
                                STORE_PASSWORD));
                if (made.exit() != 0) throw new IOException(made.text());
                trusted.setCertificateEntry(name, load(folder, name).getCertificate(name));
            }
            try (OutputStream out = Files.newOutputStream(folder.resolve("trusted.p12"))) {
                trusted.store(out, STORE_PASSWORD.toCharArray());
            }
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    private static KeyStore load(Path folder, String name) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(folder.resolve(name + ".p12"))) {
            store.load(in, STORE_PASSWORD.toCharArray());
        }
        return store;
    }

    private static SSLContext context(Path folder, String user) throws IOException {
        try {
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(load(folder, user), STORE_PASSWORD.toCharArray());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(load(folder, "trusted"));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }
}
