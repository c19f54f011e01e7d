package io.ottla.io;

import io.ottla.base.Secret;
import io.ottla.base.TlsSettings.Store;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads keys and certificates from where {@link Store} says they are. Whatever is wrong is told in a sentence. Blocks. */
final class TlsStores {
    private static final int FILE_BYTES_MAX = 16 * 1024 * 1024;

    private TlsStores() {}

    /** @param chain its own certificate first */
    record Identity(PrivateKey key, List<X509Certificate> chain) {
        private void check(String what) throws IOException {
            X509Certificate own = chain.getFirst();
            String named = "the certificate in " + what + " ("
                    + own.getSubjectX500Principal().getName() + ")";
            try {
                own.checkValidity();
            } catch (CertificateExpiredException e) {
                throw new IOException(named + " expired on " + own.getNotAfter() + "; renew it", e);
            } catch (CertificateNotYetValidException e) {
                throw new IOException(
                        named + " is not valid before " + own.getNotBefore() + "; is this machine's clock right?", e);
            }
        }
    }

    /** All that the server could be; at least one. */
    static List<Identity> identities(Store store, Optional<Secret> keyPassword) throws IOException {
        List<Identity> identities = new ArrayList<>();
        switch (store) {
            case Store.Pem(Optional<Secret> key, String certificates) -> {
                String what = "the configured certificate chain";
                String text = key.map(Secret::value).orElse("");
                identities.add(new Identity(
                        new PemFile(text, "the configured key").privateKey(keyPassword),
                        new PemFile(certificates, what).certificates()));
                identities.getLast().check(what);
            }
            case Store.File(Path path, String type, Optional<Secret> password)
            when isPem(type) -> {
                String what = "the key store " + path;
                PemFile pem = new PemFile(text(path, what), what);
                identities.add(new Identity(pem.privateKey(keyPassword.or(() -> password)), pem.certificates()));
                identities.getLast().check(what);
            }
            case Store.File(Path path, String type, Optional<Secret> password) -> {
                String what = "the key store " + path;
                if (password.isEmpty()) throw new IOException(what + " wants a password");
                identities.addAll(identities(load(path, type, password, what), keyPassword.or(() -> password), what));
            }
        }
        return identities;
    }

    private static List<Identity> identities(KeyStore store, Optional<Secret> password, String what)
            throws IOException {
        char[] characters = password.map(secret -> secret.value().toCharArray()).orElse(null);
        List<Identity> identities = new ArrayList<>();
        try {
            for (String alias : Collections.list(store.aliases())) {
                if (!store.isKeyEntry(alias) || !(store.getKey(alias, characters) instanceof PrivateKey key)) continue;
                List<X509Certificate> chain = x509(store.getCertificateChain(alias));
                if (chain.isEmpty()) continue;
                identities.add(new Identity(key, chain));
                identities.getLast().check(what);
            }
        } catch (UnrecoverableKeyException e) {
            throw new IOException("the private key in " + what + " cannot be decrypted: is its password right?", e);
        } catch (GeneralSecurityException e) {
            throw new IOException(what + " cannot be used: " + e.getMessage(), e);
        }
        if (identities.isEmpty()) throw new IOException(what + " has no private key with a certificate");
        return identities;
    }

    private static List<X509Certificate> x509(Certificate[] chain) {
        List<X509Certificate> certificates = new ArrayList<>();
        if (chain == null) return certificates;
        for (Certificate certificate : chain) {
            if (certificate instanceof X509Certificate x509) certificates.add(x509);
        }
        return certificates;
    }

    /** Whom to trust, as a store that has nothing else. */
    static KeyStore trusted(Store store) throws IOException {
        KeyStore trusted = switch (store) {
            case Store.Pem(Optional<Secret> key, String certificates) ->
                of(new PemFile(certificates, "the configured trust store"));
            case Store.File(Path path, String type, Optional<Secret> password) -> {
                String what = "the trust store " + path;
                yield isPem(type) ? of(new PemFile(text(path, what), what)) : load(path, type, password, what);
            }
        };
        try {
            for (String alias : Collections.list(trusted.aliases())) {
                if (trusted.getCertificate(alias) != null) return trusted;
            }
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
        throw new IOException("the trust store has no certificate; without one no client could be let in"
                + (store instanceof Store.File file ? " (" + file.path() + ")" : ""));
    }

    private static KeyStore of(PemFile pem) throws IOException {
        try {
            KeyStore store = empty();
            int number = 0;
            for (X509Certificate certificate : pem.certificates())
                store.setCertificateEntry("trusted-" + number++, certificate);
            return store;
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }

    /** In memory, for what the JDK and Netty want to be given as a store. */
    static KeyStore empty() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static boolean isPem(String type) {
        return type.toUpperCase(Locale.ROOT).equals("PEM");
    }

    private static KeyStore load(Path path, String type, Optional<Secret> password, String what) throws IOException {
        byte[] content = read(path, what);
        try {
            KeyStore store = KeyStore.getInstance(type);
            store.load(
                    new ByteArrayInputStream(content),
                    password.map(secret -> secret.value().toCharArray()).orElse(null));
            return store;
        } catch (IOException e) {
            if (e.getCause() instanceof UnrecoverableKeyException)
                throw new IOException(what + " cannot be opened: its password is wrong", e);
            throw new IOException(what + " is no key store of type " + type + ", or damaged: " + e.getMessage(), e);
        } catch (GeneralSecurityException e) {
            throw new IOException(what + " cannot be opened as " + type + ": " + e.getMessage(), e);
        }
    }

    private static String text(Path path, String what) throws IOException {
        return new String(read(path, what), StandardCharsets.UTF_8);
    }

    private static byte[] read(Path path, String what) throws IOException {
        try {
            long size = Files.size(path);
            if (size > FILE_BYTES_MAX) throw new IOException(what + " is larger than " + FILE_BYTES_MAX + " bytes");
            return Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            throw new IOException(what + " does not exist", e);
        } catch (java.nio.file.AccessDeniedException e) {
            throw new IOException(what + " may not be read by this user", e);
        }
    }
}
