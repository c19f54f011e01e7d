package io.ottla.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslProvider;
import io.netty.pkitesting.X509Bundle;
import io.ottla.base.Network.Caller;
import io.ottla.base.Network.Connection;
import io.ottla.base.Network.Destination;
import io.ottla.base.Network.DialFailure;
import io.ottla.base.Network.DialLimits;
import io.ottla.base.Network.DialSecurity;
import io.ottla.base.Network.Listener;
import io.ottla.base.Network.Receiver;
import io.ottla.base.Network.Security;
import io.ottla.base.Secret;
import io.ottla.base.TlsClientSettings;
import io.ottla.base.TlsSettings;
import io.ottla.base.TlsSettings.ClientAuth;
import io.ottla.base.TlsSettings.Store;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** Dialling with TLS: who is believed, what is shown, and keys that change. */
@ParameterizedClass
@MethodSource("providers")
class TlsDialTest {
    private static final DialLimits LIMITS = new DialLimits(10_000, 0, 1 << 20);

    @Parameter
    SslProvider provider;

    @TempDir
    Path folder;

    private World world;
    private final BlockingQueue<Connection> accepted = new LinkedBlockingQueue<>();

    static List<SslProvider> providers() {
        return OpenSsl.isAvailable() ? List.of(SslProvider.OPENSSL_REFCNT, SslProvider.JDK) : List.of(SslProvider.JDK);
    }

    @BeforeEach
    void open() {
        world = new World(Transport.best(), provider);
    }

    @AfterEach
    void close() {
        world.close();
    }

    private static final class Silent implements Receiver {
        @Override
        public void received(int prefix, ByteBuffer frame) {}

        @Override
        public void closed() {}
    }

    private int listen(Security security) throws IOException {
        return world.network
                .listen(new Listener("127.0.0.1", 0, World.FRAMING, World.LIMITS, security), connection -> {
                    accepted.add(connection);
                    return new Silent();
                })
                .port();
    }

    private int listen(X509Bundle shows, ClientAuth clientAuth) throws IOException {
        return listen(new Security.Tls(TestCertificates.settings(TestCertificates.pem(shows), clientAuth), false));
    }

    /** A {@link Connection}, or a {@link DialFailure}. */
    private Object dial(String host, int port, TlsClientSettings settings) throws Exception {
        BlockingQueue<Object> ends = new LinkedBlockingQueue<>();
        Destination to = new Destination(host, port, World.FRAMING, LIMITS, new DialSecurity.Tls(settings));
        world.clock.execute(() -> world.network.dial(to, new Caller() {
            @Override
            public Receiver connected(Connection connection) {
                ends.add(connection);
                return new Silent();
            }

            @Override
            public void failed(DialFailure failure) {
                ends.add(failure);
            }
        }));
        return Optional.ofNullable(ends.poll(20, TimeUnit.SECONDS)).orElseThrow();
    }

    private DialFailure notSecured(String host, int port, TlsClientSettings settings) throws Exception {
        Object end = dial(host, port, settings);
        assertThat(end).isInstanceOf(DialFailure.class);
        DialFailure failure = (DialFailure) end;
        assertThat(failure.reason()).isEqualTo(DialFailure.Reason.NOT_SECURED);
        return failure;
    }

    private static TlsClientSettings trusting(Store authority, boolean checksHost) {
        return new TlsClientSettings(
                Optional.empty(),
                Optional.empty(),
                Optional.of(authority),
                TlsSettings.STANDARD_PROTOCOLS,
                List.of(),
                checksHost);
    }

    @Test
    void theOtherSideHasToBeWhoWasDialled() throws Exception {
        int port = listen(TestCertificates.SERVER, ClientAuth.NONE);
        assertThat(notSecured("127.0.0.1", port, TestCertificates.dialler(Optional.empty()))
                        .why())
                .startsWith("127.0.0.1:" + port + ": the TLS handshake failed: ");
        assertThat(dial("127.0.0.1", port, trusting(TestCertificates.trust(), false)))
                .as("unless its name is not asked for")
                .isInstanceOf(Connection.class);
        assertThat(dial("localhost", port, TestCertificates.dialler(Optional.empty())))
                .isInstanceOf(Connection.class);
    }

    @Test
    void aStrangerIsNotBelieved() throws Exception {
        int port = listen(TestCertificates.SERVER, ClientAuth.NONE);
        Store strangers = new Store.Pem(
                Optional.empty(),
                TestCertificates.authority("CN=Another Authority").getCertificatePEM());
        notSecured("localhost", port, trusting(strangers, true));
    }

    @Test
    void whatIsShownIsSeen() throws Exception {
        int port = listen(TestCertificates.SERVER, ClientAuth.NEEDED);
        X509Bundle own = TestCertificates.issued("CN=node-1", 0, 30);
        Object end = dial("localhost", port, TestCertificates.dialler(Optional.of(own)));
        assertThat(end).isInstanceOf(Connection.class);
        Connection there =
                Optional.ofNullable(accepted.poll(10, TimeUnit.SECONDS)).orElseThrow();
        List<X509Certificate> here = world.onLoop(((Connection) end)::peerCertificates);
        assertThat(here.getFirst().getSubjectX500Principal().getName()).isEqualTo("CN=localhost");
        for (int i = 0; i < 500 && world.onLoop(there::peerCertificates).isEmpty(); i++) world.onLoop(() -> 0);
        assertThat(world.onLoop(there::peerCertificates)
                        .getFirst()
                        .getSubjectX500Principal()
                        .getName())
                .isEqualTo("CN=node-1");
    }

    @Test
    void keysThatCannotBeReadAreToldWithTheirFile() throws Exception {
        int port = listen(TestCertificates.SERVER, ClientAuth.NONE);
        Store missing = new Store.File(folder.resolve("none.p12"), "PKCS12", Optional.of(TestCertificates.PASSWORD));
        assertThat(notSecured("localhost", port, trusting(missing, true)).why()).contains("none.p12");
    }

    @Test
    void aFileThatHasChangedIsReadAgain() throws Exception {
        int port = listen(TestCertificates.SERVER, ClientAuth.NONE);
        Path file = folder.resolve("trust.pem");
        Store store = new Store.File(file, "PEM", Optional.<Secret>empty());
        Files.writeString(
                file, TestCertificates.authority("CN=Another Authority").getCertificatePEM());
        notSecured("localhost", port, trusting(store, true));
        Files.writeString(file, TestCertificates.AUTHORITY.getCertificatePEM() + "\n# and a remark\n");
        assertThat(dial("localhost", port, trusting(store, true))).isInstanceOf(Connection.class);
    }
}
