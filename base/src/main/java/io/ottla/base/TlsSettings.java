package io.ottla.base;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * How a listener proves who it is, and what it wants to know of the other side. Where keys and certificates stand is a
 * value here; the {@link Network} reads them.
 *
 * @param keys the private key and its chain of certificates
 * @param keyPassword of the private key in {@code keys}, if it differs from the store's
 * @param trust whose signature on the other side's certificate counts; empty for the authorities that the platform trusts
 * @param protocols such as {@code TLSv1.3}, what may be spoken
 * @param cipherSuites by their names in RFCs and in Java; empty for the provider's choice
 * @param followsFiles whether files that change are read again while the listener is open
 */
public record TlsSettings(
        Store keys,
        Optional<Secret> keyPassword,
        Optional<Store> trust,
        ClientAuth clientAuth,
        List<String> protocols,
        List<String> cipherSuites,
        boolean followsFiles) {

    public static final List<String> STANDARD_PROTOCOLS = List.of("TLSv1.2", "TLSv1.3");

    /** Whether the other side has to prove who it is. */
    public enum ClientAuth {
        NONE,
        /** It may; what it shows has to hold. */
        WANTED,
        NEEDED
    }

    /** Where keys or certificates are. */
    public sealed interface Store {

        /** @param type {@code PEM}, or a type that Java's {@code KeyStore} knows, such as {@code JKS} and {@code PKCS12} */
        record File(Path path, String type, Optional<Secret> password) implements Store {}

        /**
         * In the configuration itself.
         *
         * @param privateKey PKCS #8 in PEM; empty where only certificates are wanted
         * @param certificates X.509 in PEM, one or more
         */
        record Pem(Optional<Secret> privateKey, String certificates) implements Store {}
    }
}
