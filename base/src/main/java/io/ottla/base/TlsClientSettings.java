package io.ottla.base;

import java.util.List;
import java.util.Optional;

/**
 * How whoever dials proves who it is, and what the other side has to prove. Where keys and certificates stand is a value here; the {@link Network}
 * reads them.
 *
 * @param keys the private key and its chain of certificates; empty to show none
 * @param keyPassword of the private key in {@code keys}, if it differs from the store's
 * @param trust whose signature on the other side's certificate counts; empty for the authorities that the platform trusts
 * @param protocols such as {@code TLSv1.3}, what may be spoken
 * @param cipherSuites by their names in RFCs and in Java; empty for the provider's choice
 * @param checksHost whether the certificate has to name the host that was dialled (RFC 9525)
 */
public record TlsClientSettings(
        Optional<TlsSettings.Store> keys,
        Optional<Secret> keyPassword,
        Optional<TlsSettings.Store> trust,
        List<String> protocols,
        List<String> cipherSuites,
        boolean checksHost) {}
