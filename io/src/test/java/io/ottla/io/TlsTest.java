package io.ottla.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.X509Bundle;
import io.ottla.base.Network;
import io.ottla.base.Network.Connection;
import io.ottla.base.Network.Listening;
import io.ottla.base.Network.Payload;
import io.ottla.base.Network.Receiver;
import io.ottla.base.Network.Security;
import io.ottla.base.Outcome;
import io.ottla.base.Secret;
import io.ottla.base.TlsSettings;
import io.ottla.base.TlsSettings.ClientAuth;
import io.ottla.base.TlsSettings.Store;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS listeners: keys from wherever they may be, clients with and without certificates, and those that misbehave. */
class TlsTest {
    private static final byte[] CLIENT_HELLO_BEGUN = {22, 3, 1, 2, 0, 1, 0, 1, (byte) 252};

    @TempDir
    Path folder;

    private World world;
    private final BlockingQueue<Connection> served = new LinkedBlockingQueue<>();

    @BeforeEach
    void open() {
        world = new World(Transport.best());
    }

    @AfterEach
    void close() {
        world.close();
    }

    private Listening listen(TlsSettings settings, boolean orPlain) throws IOException {
        return world.network.listen(
                new Network.Listener(
                        "127.0.0.1",
                        0,
                        World.FRAMING,
                        new Network.ConnectionLimits(1_000, 1_000, 0, 1 << 20),
                        new Security.Tls(settings, orPlain)),
                connection -> new Receiver() {
                    @Override
                    public void received(int prefix, ByteBuffer frame) {
                        byte[] copy = new byte[frame.remaining()];
                        frame.get(copy);
                        served.add(connection);
                        connection.send(List.of(new Payload.Bytes(ByteBuffer.wrap(Client.frame(copy)))));
                    }

                    @Override
                    public void closed() {}
                });
    }

    private static Client connect(Listening listening, Optional<X509Bundle> shows) throws IOException {
        return connect(listening, TestCertificates.client(shows));
    }

    private static Client connect(Listening listening, SSLSocketFactory sockets) throws IOException {
        return new Client(sockets.createSocket(InetAddress.getLoopbackAddress(), listening.port()));
    }

    private static void assertEchoes(Client client) throws IOException {
        byte[] large = new byte[300_000];
        large[299_999] = 7;
        assertThat(client.sendFrame(new byte[] {1, 2}).frame()).containsExactly(1, 2);
        assertThat(client.sendFrame(large).frame()).isEqualTo(large);
    }

    private static void assertServes(Listening listening) throws IOException {
        try (Client client = connect(listening, Optional.empty())) {
            assertEchoes(client);
        }
    }

    @Test
    void boringSslLoadsOnThisMachine() {
        assertThat(OpenSsl.isAvailable())
                .as("on Linux, x86_64 and aarch64, its library comes along: %s", OpenSsl.unavailabilityCause())
                .isTrue();
    }

    // ---- where keys are

    @ParameterizedTest
    @ValueSource(strings = {"JKS", "PKCS12"})
    void keysInAStoreOfJava(String type) throws IOException {
        Path file = TestCertificates.write(
                folder.resolve("keys"), type, TestCertificates.SERVER, TestCertificates.PASSWORD);
        Store keys = new Store.File(file, type, Optional.of(TestCertificates.PASSWORD));
        assertServes(listen(TestCertificates.settings(keys, ClientAuth.NONE), false));
    }

    @Test
    void keysInAPemFile() throws IOException {
        Path file = folder.resolve("keys.pem");
        Files.writeString(
                file,
                TestCertificates.SERVER.getPrivateKeyPEM() + "\n" + TestCertificates.SERVER.getCertificatePathPEM());
        Store keys = new Store.File(file, "PEM", Optional.empty());
        assertServes(listen(TestCertificates.settings(keys, ClientAuth.NONE), false));
    }

    @Test
    void keysInTheConfiguration() throws IOException {
        assertServes(listen(TestCertificates.server(), false));
    }

    @ParameterizedTest
    @EnumSource(names = {"JDK", "OPENSSL_REFCNT"})
    void bothProvidersServeBothProtocols(SslProvider provider) throws IOException {
        world.close();
        world = new World(Transport.best(), provider);
        Listening listening = listen(TestCertificates.server(), false);
        for (String protocol : TlsSettings.STANDARD_PROTOCOLS) {
            SSLSocket socket = (SSLSocket) TestCertificates.client(Optional.empty())
                    .createSocket(InetAddress.getLoopbackAddress(), listening.port());
            socket.setEnabledProtocols(new String[] {protocol});
            try (Client client = new Client(socket)) {
                assertEchoes(client);
                assertThat(socket.getSession().getProtocol()).isEqualTo(protocol);
            }
        }
    }

    // ---- what is wrong is told in a sentence

    private void assertRefused(Store keys, String... words) {
        assertThatThrownBy(() -> listen(TestCertificates.settings(keys, ClientAuth.NONE), false))
                .isInstanceOf(IOException.class)
                .message()
                .contains(words)
                .doesNotContain("changeit", "wrong-one");
    }

    @Test
    void aFileThatIsNotThere() {
        assertRefused(
                new Store.File(folder.resolve("none"), "JKS", Optional.of(TestCertificates.PASSWORD)),
                "none",
                "does not exist");
    }

    @ParameterizedTest
    @ValueSource(strings = {"JKS", "PKCS12"})
    void aWrongPassword(String type) throws IOException {
        Path file = TestCertificates.write(
                folder.resolve("keys"), type, TestCertificates.SERVER, TestCertificates.PASSWORD);
        assertRefused(new Store.File(file, type, Optional.of(new Secret("wrong-one"))), "its password is wrong");
    }

    @Test
    void aCertificateThatHasExpiredOrIsOfTheFuture() {
        X509Bundle old = TestCertificates.issued("CN=old", -10, -1);
        assertRefused(TestCertificates.pem(old), "CN=old", "expired on", "renew it");
        X509Bundle young = TestCertificates.issued("CN=young", 5, 10);
        assertRefused(TestCertificates.pem(young), "CN=young", "not valid before");
    }

    @Test
    void filesThatAreNoKeys() throws IOException {
        Path file = folder.resolve("junk");
        Files.write(file, new byte[] {1, 2, 3});
        assertRefused(new Store.File(file, "PKCS12", Optional.of(TestCertificates.PASSWORD)), "damaged");
        assertRefused(new Store.File(file, "PEM", Optional.empty()), "has no private key");
        assertRefused(new Store.File(file, "NONSENSE", Optional.of(TestCertificates.PASSWORD)), "NONSENSE");
        Files.writeString(file, "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----");
        assertRefused(new Store.File(file, "PEM", Optional.empty()), "openssl pkcs8 -topk8");
        Files.writeString(file, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----");
        assertRefused(new Store.File(file, "PEM", Optional.empty()), "cannot be read");
    }

    @Test
    void anUnknownCipherSuiteOrProtocol() {
        TlsSettings standard = TestCertificates.server();
        assertThatThrownBy(() -> listen(with(standard, List.of("TLSv9"), List.of()), false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("TLSv9");
        assertThatThrownBy(() -> listen(with(standard, standard.protocols(), List.of("TLS_ROT13")), false))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("TLS_ROT13");
    }

    private static TlsSettings with(TlsSettings settings, List<String> protocols, List<String> cipherSuites) {
        return new TlsSettings(
                settings.keys(),
                settings.keyPassword(),
                settings.trust(),
                settings.clientAuth(),
                protocols,
                cipherSuites,
                settings.followsFiles());
    }

    @Test
    void onlyTheCipherSuitesNamedAreSpoken() throws IOException {
        String suite = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
        Listening listening = listen(with(TestCertificates.server(), List.of("TLSv1.2"), List.of(suite)), false);
        SSLSocket socket = (SSLSocket) TestCertificates.client(Optional.empty())
                .createSocket(InetAddress.getLoopbackAddress(), listening.port());
        try (Client client = new Client(socket)) {
            assertEchoes(client);
            assertThat(socket.getSession().getCipherSuite()).isEqualTo(suite);
        }
    }

    @Test
    void secretsDoNotPrintThemselves() {
        assertThat(TestCertificates.server().toString()).doesNotContain("PRIVATE KEY");
    }

    // ---- who the client is

    @Test
    void aClientProvesWhoItIs() throws Exception {
        X509Bundle alice = TestCertificates.issued("CN=alice", 0, 10);
        Listening listening = listen(
                TestCertificates.settings(TestCertificates.pem(TestCertificates.SERVER), ClientAuth.NEEDED), false);
        try (Client client = connect(listening, Optional.of(alice))) {
            assertEchoes(client);
            List<X509Certificate> shown = world.onLoop(() -> served.element().peerCertificates());
            assertThat(shown.getFirst().getSubjectX500Principal().getName()).isEqualTo("CN=alice");
            assertThat(world.onLoop(() -> served.element().isEncrypted())).isTrue();
        }
    }

    @Test
    void aClientThatMustProveItAndDoesNotIsClosed() throws Exception {
        Listening listening = listen(
                TestCertificates.settings(TestCertificates.pem(TestCertificates.SERVER), ClientAuth.NEEDED), false);
        try (Client client = connect(listening, Optional.empty())) {
            assertThatThrownBy(() -> client.sendFrame(new byte[1]).frame()).isInstanceOf(IOException.class);
        }
        assertThat(served).isEmpty();
    }

    @Test
    void aClientThatMayProveItNeedNot() throws Exception {
        Listening listening = listen(
                TestCertificates.settings(TestCertificates.pem(TestCertificates.SERVER), ClientAuth.WANTED), false);
        try (Client client = connect(listening, Optional.empty())) {
            assertEchoes(client);
            assertThat(world.onLoop(() -> served.element().peerCertificates())).isEmpty();
        }
    }

    // ---- one port for both

    @Test
    void theFirstByteTellsPlainFromEncrypted() throws Exception {
        Listening listening = listen(TestCertificates.server(), true);
        try (Client plain = new Client(listening.port());
                Client encrypted = connect(listening, Optional.empty())) {
            assertEchoes(plain);
            assertThat(world.onLoop(() -> served.remove().isEncrypted())).isFalse();
            served.clear();
            assertEchoes(encrypted);
            assertThat(world.onLoop(() -> served.remove().isEncrypted())).isTrue();
        }
    }

    // ---- who misbehaves

    @Test
    void whoDoesNotSpeakTlsIsClosedAndDisturbsNobody() throws Exception {
        Listening listening = listen(TestCertificates.server(), false);
        try (Client good = connect(listening, Optional.empty());
                Client plain = new Client(listening.port());
                Client garbage = new Client(listening.port())) {
            plain.sendFrame(new byte[10]);
            assertThat(plain.closedByServer()).isTrue();
            byte[] noHello = new byte[5_000];
            noHello[0] = 22;
            garbage.send(noHello);
            assertThatThrownBy(() -> {
                        while (true) garbage.in.readByte(); // an alert may come
                    })
                    .isInstanceOf(IOException.class);
            assertEchoes(good);
        }
        assertThat(world.onLoop(() -> world.network.handshakes().going())).isZero();
    }

    /** What a client is told of its certificate, in the words of Java's client. */
    private void assertRefused(SslProvider provider, Optional<X509Bundle> shows, String alert) throws IOException {
        try (World other = new World(Transport.best(), provider)) {
            Listening listening = other.network.listen(
                    new Network.Listener(
                            "127.0.0.1",
                            0,
                            World.FRAMING,
                            World.LIMITS,
                            new Security.Tls(
                                    TestCertificates.settings(
                                            TestCertificates.pem(TestCertificates.SERVER), ClientAuth.NEEDED),
                                    false)),
                    connection -> new Receiver() {
                        @Override
                        public void received(int prefix, ByteBuffer frame) {
                            throw new AssertionError("was let in");
                        }

                        @Override
                        public void closed() {}
                    });
            SSLSocket socket = (SSLSocket) TestCertificates.insistentClient(shows.orElseThrow())
                    .createSocket(InetAddress.getLoopbackAddress(), listening.port());
            try (socket) {
                assertThatThrownBy(() -> {
                            socket.startHandshake();
                            int unused = socket.getInputStream().read(); // with TLS 1.3 it is told only now
                        })
                        .isInstanceOf(SSLException.class)
                        .hasMessageContaining(alert);
            }
        }
    }

    @Test
    void aCertificateOfAStrangerIsRefusedForWhatItIs() throws Exception {
        X509Bundle stranger = new io.netty.pkitesting.CertificateBuilder()
                .subject("CN=stranger")
                .buildIssuedBy(TestCertificates.authority("CN=Another Authority"));
        assertRefused(SslProvider.OPENSSL_REFCNT, Optional.of(stranger), "unknown_ca");
        assertRefused(SslProvider.JDK, Optional.of(stranger), "certificate_unknown");
    }

    @Test
    void anOldCertificateIsRefusedForWhatItIs() throws Exception {
        X509Bundle expired = TestCertificates.issued("CN=expired", -30, -1);
        assertRefused(SslProvider.OPENSSL_REFCNT, Optional.of(expired), "certificate_expired");
        assertRefused(SslProvider.JDK, Optional.of(expired), "certificate_unknown"); // its engine tells no more
    }

    @Test
    void theLineOfAFailedHandshakeSaysWhatIsBehindIt() {
        Exception failure = new SSLException("General OpenSslEngine problem");
        failure.initCause(new java.security.cert.CertificateException(
                "PKIX path building failed", new IllegalStateException("unable to find valid certification path")));
        assertThat(HandshakeFailure.sentence(failure))
                .isEqualTo("the TLS handshake failed: General OpenSslEngine problem: unable to find valid"
                        + " certification path");
        assertThat(HandshakeFailure.sentence(
                        new SSLException("error:100000b8:SSL routines:OPENSSL_internal:NO_SHARED_CIPHER")))
                .isEqualTo("the TLS handshake failed: no shared cipher");
        assertThat(HandshakeFailure.sentence(
                        new SSLException(new io.netty.handler.ssl.NotSslRecordException("not an SSL/TLS record: 00"))))
                .isEqualTo("what it sends is no TLS, which this port wants");
    }

    @Test
    void moreHandshakesThanMayGoOnAtOnceWaitForTheirTurn() throws Exception {
        Listening listening = listen(TestCertificates.server(), false);
        List<Socket> halves = new ArrayList<>();
        try {
            for (int i = 0; i < Handshakes.HANDSHAKES_MAX; i++) {
                Socket half = new Socket(InetAddress.getLoopbackAddress(), listening.port());
                half.getOutputStream().write(CLIENT_HELLO_BEGUN);
                halves.add(half);
            }
            while (world.onLoop(() -> world.network.handshakes().going()) < Handshakes.HANDSHAKES_MAX)
                Thread.onSpinWait();
            CompletableFuture<Void> echoed = CompletableFuture.runAsync(() -> {
                try {
                    assertServes(listening);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            while (world.counters.counter("network.connections").value() <= Handshakes.HANDSHAKES_MAX)
                Thread.onSpinWait();
            assertThat(world.onLoop(() -> world.network.handshakes().going())).isEqualTo(Handshakes.HANDSHAKES_MAX);
            assertThat(echoed).isNotDone();
            halves.getFirst().close();
            echoed.get(20, TimeUnit.SECONDS);
        } finally {
            for (Socket half : halves) half.close();
        }
    }

    // ---- new keys while it is open

    private Outcome<Void> renew(Listening listening, TlsSettings settings) throws Exception {
        CompletableFuture<Outcome<Void>> renewed = new CompletableFuture<>();
        world.clock.execute(() -> listening.renew(settings, renewed::complete));
        return renewed.get(20, TimeUnit.SECONDS);
    }

    private static String nameOfServer(Listening listening) throws IOException {
        SSLSocket socket = (SSLSocket) TestCertificates.client(Optional.empty())
                .createSocket(InetAddress.getLoopbackAddress(), listening.port());
        try (socket) {
            socket.startHandshake();
            X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            return shown.getSubjectX500Principal().getName();
        } catch (SSLException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void newConnectionsGoByRenewedKeysAndOldOnesStay() throws Exception {
        Listening listening = listen(TestCertificates.server(), false);
        try (Client old = connect(listening, Optional.empty())) {
            assertEchoes(old);
            X509Bundle other = TestCertificates.issued("CN=renewed", 0, 10);
            assertThat(renew(listening, TestCertificates.settings(TestCertificates.pem(other), ClientAuth.NONE)))
                    .isInstanceOf(Outcome.Done.class);
            assertThat(nameOfServer(listening)).isEqualTo("CN=renewed");
            assertEchoes(old);
        }
    }

    @Test
    void keysThatCannotBeUsedLeaveAllAsItWas() throws Exception {
        Listening listening = listen(TestCertificates.server(), false);
        Store none = new Store.File(folder.resolve("none"), "PEM", Optional.empty());
        assertThat(renew(listening, TestCertificates.settings(none, ClientAuth.NONE)))
                .isInstanceOf(Outcome.Failed.class);
        assertThat(nameOfServer(listening)).isEqualTo("CN=localhost");
    }

    @Test
    void aFileThatHasChangedIsReadAgainAndOneThatIsDamagedIsNotGoneBy() throws Exception {
        Path file = pem("keys.pem", TestCertificates.SERVER);
        Store keys = new Store.File(file, "PEM", Optional.empty());
        Listening listening = listen(TestCertificates.settings(keys, ClientAuth.NONE), false);
        pem("keys.pem", TestCertificates.issued("CN=another", 0, 10));
        lookAtFiles(listening);
        assertThat(nameOfServer(listening)).isEqualTo("CN=another");
        Files.writeString(file, "damaged");
        lookAtFiles(listening);
        assertThat(nameOfServer(listening)).isEqualTo("CN=another");
        pem("keys.pem", TestCertificates.issued("CN=mended again", 0, 10));
        lookAtFiles(listening);
        assertThat(nameOfServer(listening)).isEqualTo("CN=mended again");
    }

    private Path pem(String name, X509Bundle bundle) throws IOException {
        return Files.writeString(
                folder.resolve(name), bundle.getPrivateKeyPEM() + "\n" + bundle.getCertificatePathPEM());
    }

    private void lookAtFiles(Listening listening) throws Exception {
        CompletableFuture<Boolean> looked = new CompletableFuture<>();
        TlsDoor door = ((NettyListening) listening).tls().orElseThrow();
        world.clock.execute(() -> door.renewIfChanged(() -> looked.complete(true)));
        looked.get(20, TimeUnit.SECONDS);
    }
}
