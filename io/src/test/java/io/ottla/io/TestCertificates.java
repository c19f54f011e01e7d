package io.ottla.io;

import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import io.ottla.base.Secret;
import io.ottla.base.TlsClientSettings;
import io.ottla.base.TlsSettings;
import io.ottla.base.TlsSettings.Store;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

/** An authority of our own, and what it has signed. */
final class TestCertificates {
    static final Secret PASSWORD = new Secret("changeit");
    static final X509Bundle AUTHORITY = authority("CN=Test Authority");
    static final X509Bundle SERVER = issued("CN=localhost", 0, 30);

    private TestCertificates() {}

    static X509Bundle authority(String name) {
        try {
            return new CertificateBuilder()
                    .subject(name)
                    .setIsCertificateAuthority(true)
                    .buildSelfSigned();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Valid from and to so many days from now. */
    static X509Bundle issued(String name, int fromDays, int toDays) {
        Instant now = Instant.now();
        try {
            return new CertificateBuilder()
                    .subject(name)
                    .addSanDnsName("localhost")
                    .notBefore(now.plus(fromDays, ChronoUnit.DAYS).minus(1, ChronoUnit.HOURS))
                    .notAfter(now.plus(toDays, ChronoUnit.DAYS))
                    .buildIssuedBy(AUTHORITY);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    static Store pem(X509Bundle bundle) {
        return new Store.Pem(Optional.of(new Secret(bundle.getPrivateKeyPEM())), bundle.getCertificatePathPEM());
    }

    static Store trust() {
        return new Store.Pem(Optional.empty(), AUTHORITY.getCertificatePEM());
    }

    static TlsSettings settings(Store keys, TlsSettings.ClientAuth clientAuth) {
        return new TlsSettings(
                keys,
                Optional.empty(),
                Optional.of(trust()),
                clientAuth,
                TlsSettings.STANDARD_PROTOCOLS,
                List.of(),
                true);
    }

    static TlsSettings server() {
        return settings(pem(SERVER), TlsSettings.ClientAuth.NONE);
    }

    /** Whoever dials a server of the authority's, showing what it is given. */
    static TlsClientSettings dialler(Optional<X509Bundle> shows) {
        return new TlsClientSettings(
                shows.map(TestCertificates::pem),
                Optional.empty(),
                Optional.of(trust()),
                TlsSettings.STANDARD_PROTOCOLS,
                List.of(),
                true);
    }

    static Path write(Path file, String type, X509Bundle bundle, Secret password) throws IOException {
        try (OutputStream out = Files.newOutputStream(file)) {
            KeyStore store = KeyStore.getInstance(type);
            store.load(null, null);
            char[] characters = password.value().toCharArray();
            store.setKeyEntry("own", bundle.getKeyPair().getPrivate(), characters, chain(bundle));
            store.store(out, characters);
        } catch (java.security.GeneralSecurityException e) {
            throw new AssertionError(e);
        }
        return file;
    }

    private static Certificate[] chain(X509Bundle bundle) {
        return bundle.getCertificatePath();
    }

    /** As {@link #client}, but shows it also to a server that does not ask for its kind. */
    static SSLSocketFactory insistentClient(X509Bundle shows) {
        return client(Optional.of(shows), manager -> new X509ExtendedKeyManager() {
            @Override
            public String chooseClientAlias(String[] keyType, Principal[] issuers, Socket socket) {
                return "own";
            }

            @Override
            public String[] getClientAliases(String keyType, Principal[] issuers) {
                return new String[] {"own"};
            }

            @Override
            public String[] getServerAliases(String keyType, Principal[] issuers) {
                return new String[0];
            }

            @Override
            public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
                throw new IllegalStateException("a client");
            }

            @Override
            public X509Certificate[] getCertificateChain(String alias) {
                return manager.getCertificateChain(alias);
            }

            @Override
            public PrivateKey getPrivateKey(String alias) {
                return manager.getPrivateKey(alias);
            }
        });
    }

    /** A client that trusts the authority, and shows what it is given. */
    static SSLSocketFactory client(Optional<X509Bundle> shows) {
        return client(shows, manager -> manager);
    }

    private static SSLSocketFactory client(Optional<X509Bundle> shows, UnaryOperator<X509ExtendedKeyManager> by) {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, null);
            trusted.setCertificateEntry("authority", AUTHORITY.getCertificate());
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            KeyStore own = KeyStore.getInstance("PKCS12");
            own.load(null, null);
            char[] password = PASSWORD.value().toCharArray();
            if (shows.isPresent())
                own.setKeyEntry("own", shows.get().getKeyPair().getPrivate(), password, chain(shows.get()));
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(own, password);
            SSLContext context = SSLContext.getInstance("TLS");
            KeyManager[] managers = {by.apply((X509ExtendedKeyManager) keys.getKeyManagers()[0])};
            context.init(managers, trust.getTrustManagers(), new SecureRandom());
            return context.getSocketFactory();
        } catch (java.security.GeneralSecurityException | IOException e) {
            throw new AssertionError(e);
        }
    }
}
