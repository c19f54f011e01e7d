package io.ottla.node;

import io.ottla.base.Secret;
import io.ottla.base.TlsSettings;
import io.ottla.base.TlsSettings.ClientAuth;
import io.ottla.base.TlsSettings.Store;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** TLS of a Kafka listener from the {@code ssl.*} keys; names and meaning are those of Kafka's {@code SslConfigs}. */
final class ListenerTls {
    private final Function<String, Optional<String>> configs;
    private final Path workingDir;

    /** @param configs the value of a key as it holds for the listener */
    ListenerTls(Function<String, Optional<String>> configs, Path workingDir) {
        this.configs = key -> configs.apply(key).filter(value -> !value.isBlank());
        this.workingDir = workingDir;
    }

    TlsSettings settings() throws InvalidConfigException {
        return new TlsSettings(
                keys(),
                secret("ssl.key.password"),
                trust(),
                clientAuth(),
                list("ssl.enabled.protocols"),
                list("ssl.cipher.suites"),
                true);
    }

    private Store keys() throws InvalidConfigException {
        Optional<Secret> key = secret("ssl.keystore.key");
        Optional<String> chain = configs.apply("ssl.keystore.certificate.chain");
        if (key.isPresent() != chain.isPresent())
            throw new InvalidConfigException(
                    "ssl.keystore.key and ssl.keystore.certificate.chain belong together; one of them is missing");
        Optional<String> location = configs.apply("ssl.keystore.location");
        if (key.isPresent() && location.isPresent())
            throw new InvalidConfigException("ssl.keystore.key and ssl.keystore.location exclude each other");
        if (key.isPresent()) return new Store.Pem(key, chain.orElseThrow());
        if (location.isEmpty())
            throw new InvalidConfigException(
                    "ssl.keystore.location is missing: a listener that speaks SSL needs a key and a certificate");
        return file(location.get(), "ssl.keystore");
    }

    private Optional<Store> trust() throws InvalidConfigException {
        Optional<String> certificates = configs.apply("ssl.truststore.certificates");
        Optional<String> location = configs.apply("ssl.truststore.location");
        if (certificates.isPresent() && location.isPresent())
            throw new InvalidConfigException(
                    "ssl.truststore.certificates and ssl.truststore.location exclude each other");
        return certificates
                .<Store>map(text -> new Store.Pem(Optional.empty(), text))
                .or(() -> location.map(path -> file(path, "ssl.truststore")));
    }

    private Store file(String location, String prefix) {
        return new Store.File(
                workingDir.resolve(location).normalize(),
                configs.apply(prefix + ".type").orElse("JKS"),
                secret(prefix + ".password"));
    }

    private ClientAuth clientAuth() throws InvalidConfigException {
        String wanted = configs.apply("ssl.client.auth").orElse("none");
        return switch (wanted) {
            case "none" -> ClientAuth.NONE;
            case "requested" -> ClientAuth.WANTED;
            case "required" -> ClientAuth.NEEDED;
            default ->
                throw new InvalidConfigException(
                        "ssl.client.auth: '" + wanted + "' is none of none, requested, required");
        };
    }

    private Optional<Secret> secret(String key) {
        return configs.apply(key).map(Secret::new);
    }

    private List<String> list(String key) {
        return Settings.items(configs.apply(key).orElse(""));
    }
}
