package io.ottla.io;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslX509KeyManagerFactory;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import io.netty.util.ReferenceCountUtil;
import io.ottla.base.Network;
import io.ottla.base.TlsClientSettings;
import io.ottla.base.TlsSettings;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What TLS connections are made from, of one listener or to those who are dialled, once the keys have been read. By BoringSSL where its library loads:
 * it encrypts with a fraction of the processor time of the JDK's provider, which serves where it does not load.
 */
final class TlsContext {
    private static final Logger LOG = LoggerFactory.getLogger(TlsContext.class);

    private static final List<String> PROTOCOLS = List.of("TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3");

    private final SslContext context;

    private TlsContext(SslContext context) {
        this.context = context;
    }

    /** The better one that loads on this machine. */
    static SslProvider best() {
        if (OpenSsl.isAvailable()) return SslProvider.OPENSSL_REFCNT;
        LOG.info(
                "BoringSSL does not load here, so TLS is Java's own and takes more processor time: {}",
                OpenSsl.unavailabilityCause().getMessage());
        return SslProvider.JDK;
    }

    /** Blocks. @throws IOException with a sentence for people */
    static TlsContext load(TlsSettings settings, SslProvider provider) throws IOException {
        checkNames(settings.protocols(), settings.cipherSuites(), provider);
        List<TlsStores.Identity> identities = TlsStores.identities(settings.keys(), settings.keyPassword());
        Optional<KeyStore> trusted = settings.trust().isEmpty()
                ? Optional.empty()
                : Optional.of(TlsStores.trusted(settings.trust().get()));
        try {
            SslContextBuilder builder = SslContextBuilder.forServer(keys(identities, provider))
                    .sslProvider(provider)
                    .protocols(settings.protocols())
                    .clientAuth(clientAuth(settings.clientAuth()));
            if (trusted.isPresent()) builder.trustManager(trust(trusted.get(), provider));
            if (!settings.cipherSuites().isEmpty())
                builder.ciphers(settings.cipherSuites(), SupportedCipherSuiteFilter.INSTANCE);
            return new TlsContext(builder.build());
        } catch (GeneralSecurityException | SSLException | IllegalArgumentException e) {
            throw new IOException("TLS cannot be set up: " + reason(e), e);
        }
    }

    /** For dialling. Blocks. @throws IOException with a sentence for people */
    static TlsContext load(TlsClientSettings settings, SslProvider provider) throws IOException {
        checkNames(settings.protocols(), settings.cipherSuites(), provider);
        try {
            // Netty's own default checks the name always
            SslContextBuilder builder = SslContextBuilder.forClient()
                    .sslProvider(provider)
                    .protocols(settings.protocols())
                    .endpointIdentificationAlgorithm(settings.checksHost() ? "HTTPS" : null);
            if (settings.keys().isPresent())
                builder.keyManager(keys(TlsStores.identities(settings.keys().get(), settings.keyPassword()), provider));
            if (settings.trust().isPresent())
                builder.trustManager(
                        trustManagers(TlsStores.trusted(settings.trust().get())).getTrustManagers()[0]);
            if (!settings.cipherSuites().isEmpty())
                builder.ciphers(settings.cipherSuites(), SupportedCipherSuiteFilter.INSTANCE);
            return new TlsContext(builder.build());
        } catch (GeneralSecurityException | SSLException | IllegalArgumentException e) {
            throw new IOException("TLS cannot be set up: " + reason(e), e);
        }
    }

    private static void checkNames(List<String> protocols, List<String> cipherSuites, SslProvider provider)
            throws IOException {
        for (String protocol : protocols) {
            if (!PROTOCOLS.contains(protocol))
                throw new IOException(protocol + " is no protocol of TLS; there are " + String.join(", ", PROTOCOLS));
        }
        if (protocols.isEmpty()) throw new IOException("no protocol of TLS is enabled");
        for (String suite : cipherSuites) {
            if (!isAvailable(suite, provider))
                throw new IOException("the cipher suite " + suite + " is not known, or not safe enough to be served");
        }
    }

    private static boolean isAvailable(String cipherSuite, SslProvider provider) throws IOException {
        if (provider != SslProvider.JDK) return OpenSsl.isCipherSuiteAvailable(cipherSuite);
        try {
            return List.of(SSLContext.getDefault().getSupportedSSLParameters().getCipherSuites())
                    .contains(cipherSuite);
        } catch (GeneralSecurityException e) {
            throw new IOException("Java's TLS is not available: " + reason(e), e);
        }
    }

    private static String reason(Throwable e) {
        Throwable deepest = HandshakeFailure.deepest(e);
        return deepest.getMessage() == null ? deepest.toString() : deepest.getMessage();
    }

    private static KeyManagerFactory keys(List<TlsStores.Identity> identities, SslProvider provider)
            throws IOException, GeneralSecurityException {
        char[] password = "in memory only".toCharArray();
        KeyStore store = TlsStores.empty();
        int number = 0;
        for (TlsStores.Identity identity : identities)
            store.setKeyEntry(
                    "own-" + number++,
                    identity.key(),
                    password,
                    identity.chain().toArray(X509Certificate[]::new));
        KeyManagerFactory factory = provider == SslProvider.JDK
                ? KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm())
                : new OpenSslX509KeyManagerFactory();
        factory.init(store, password);
        return factory;
    }

    private static TrustManagerFactory trustManagers(KeyStore trusted) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return factory;
    }

    private static TrustManager trust(KeyStore trusted, SslProvider provider) throws GeneralSecurityException {
        TrustManager manager = trustManagers(trusted).getTrustManagers()[0];
        // Java's own engine finds the alert by itself
        return provider != SslProvider.JDK && manager instanceof X509ExtendedTrustManager java
                ? new ClientTrust(java)
                : manager;
    }

    private static ClientAuth clientAuth(TlsSettings.ClientAuth wanted) {
        return switch (wanted) {
            case NONE -> ClientAuth.NONE;
            case WANTED -> ClientAuth.OPTIONAL;
            case NEEDED -> ClientAuth.REQUIRE;
        };
    }

    /** Connections that were made from it stay. */
    void release() {
        ReferenceCountUtil.release(context);
    }

    /** @param calculations where signatures and checks of certificates are made, off the loop */
    SslHandler handler(ByteBufAllocator allocator, Executor calculations) {
        return context.newHandler(allocator, calculations);
    }

    /** For a connection to that host and port. */
    SslHandler handler(ByteBufAllocator allocator, Network.Destination to, Executor calculations) {
        return context.newHandler(allocator, to.host(), to.port(), calculations);
    }
}
