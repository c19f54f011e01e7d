package io.ottla.node;

import io.ottla.base.Secret;
import io.ottla.base.TlsSettings;
import io.ottla.base.TlsSettings.ClientAuth;
import io.ottla.base.TlsSettings.Store;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * TLS of the client ports from the {@code ssl.*} keys of a {@code zoo.cfg}; names and meaning are those of the original's
 * {@code X509Util}. Clients have to show a certificate unless {@code ssl.clientAuth} says otherwise.
 */
final class ZooTls {
    /** Checks of certificates that somebody relies on who asks for them. */
    private static final List<String> REFUSED = List.of("ssl.crl", "ssl.ocsp", "ssl.clientHostnameVerification");

    private ZooTls() {}

    static TlsSettings settings(Settings settings, Path workingDir) throws InvalidConfigException {
        Optional<Store> keys = store(settings, workingDir, "ssl.keyStore");
        if (keys.isEmpty())
            throw new InvalidConfigException(
                    "ssl.keyStore.location is missing: a client port that speaks TLS needs a key and a certificate");
        for (String key : REFUSED) {
            if (settings.lenient().flag(key, false))
                throw new InvalidConfigException(
                        key + " is not served: whom it would turn away would come in. Leave it out if that may be");
        }
        // of the two that the original has, the first is what it speaks if the second does not say
        List<String> protocols = settings.list("ssl.enabledProtocols");
        Optional<String> protocol = settings.text("ssl.protocol");
        if (protocols.isEmpty() && protocol.isPresent() && protocol.get().startsWith("TLSv"))
            protocols = List.of(protocol.get());
        return new TlsSettings(
                keys.get(),
                Optional.empty(),
                store(settings, workingDir, "ssl.trustStore"),
                clientAuth(settings),
                protocols.isEmpty() ? TlsSettings.STANDARD_PROTOCOLS : protocols,
                settings.list("ssl.ciphersuites"),
                settings.lenient().flag("client.certReload", false));
    }

    private static ClientAuth clientAuth(Settings settings) throws InvalidConfigException {
        String wanted = settings.text("ssl.clientAuth").orElse("need");
        return switch (wanted.toLowerCase(Locale.ROOT)) {
            case "none" -> ClientAuth.NONE;
            case "want" -> ClientAuth.WANTED;
            case "need" -> ClientAuth.NEEDED;
            default -> throw new InvalidConfigException("ssl.clientAuth: '" + wanted + "' is none of none, want, need");
        };
    }

    private static Optional<Store> store(Settings settings, Path workingDir, String prefix)
            throws InvalidConfigException {
        Optional<String> location = settings.text(prefix + ".location");
        Optional<Secret> password = settings.text(prefix + ".password").map(Secret::new);
        Optional<String> type = settings.text(prefix + ".type");
        if (location.isEmpty()) return Optional.empty();
        return Optional.of(new Store.File(
                workingDir.resolve(location.get()).normalize(),
                type.isPresent() ? type.get() : typeOf(prefix, location.get()),
                password));
    }

    private static String typeOf(String prefix, String location) throws InvalidConfigException {
        String name = location.toLowerCase(Locale.ROOT);
        if (name.endsWith(".jks")) return "JKS";
        if (name.endsWith(".pem")) return "PEM";
        if (name.endsWith(".p12") || name.endsWith(".pfx")) return "PKCS12";
        if (name.endsWith(".bcfks")) return "BCFKS";
        throw new InvalidConfigException(
                "%s.location: the end of %s does not tell what it is; set %s.type to JKS, PEM or PKCS12"
                        .formatted(prefix, location, prefix));
    }
}
