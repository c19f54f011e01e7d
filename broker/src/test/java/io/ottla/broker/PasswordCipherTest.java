package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.SeededRandom;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Passwords as they stand in znodes, in the format of Kafka 3.9. */
class PasswordCipherTest {
    private static final String BY_KAFKA =
            "initializationVector:dXmLZOeEVDtgHQR86X6C1Q==,keyLength:128,salt:5GJkR/qGpxYj5cZUN6o8c6kmN"
                    + "M5jNBhN66/uLqxmcieNLPNOhjsf43AUYyuJyAWcIqo97F2Zh2GLfzaQ6GaQo62j++K7HJXePnPS7eUf+l2qzhavcPg"
                    + "b96yR/dva4F6UUSIDKzA4y/9kAmPkK6/B3Im7YypaQ/IStJkg/q3WeD80lOMxD8jhTkmjrCUe4E82/7GcEGmqRoke/"
                    + "ENZGyNEeCjPkaWqQ3AAoHo0py77gbsNjG44JJwNU2xgu2DiHkKfp5N3OxVUv6DAqmwnUh55nx5hOyK//0B3Rk6THV/"
                    + "sQIjU1pcNtbfBk456WHrRzWc4Lc5hwLaLbCERykmnGRbSng==,keyFactoryAlgorithm:PBKDF2WithHmacSHA512"
                    + ",cipherAlgorithm:AES/CBC/PKCS5Padding,iterations:4096,passwordLength:11,encryptedPassword:"
                    + "v5ZvOUYyEZZEef2dTV4KvQ==";

    private static final String BY_KAFKA_GCM =
            "initializationVector:JZOf5Tl+iwTQ64K5,keyLength:256,salt:KuDs7/mdHyP6nvXAaf7/uwHzFyIEmW2Uw"
                    + "DKWZYsJtXm5ul4A9xZK/7TuPu+13TKFMIM6ye8CCxDvVLfoWYvPliExGP5mX62L4Ik4ybN4hiMVhLXyZ2nqzn3W3o8"
                    + "w7zx1zf25T9F6w7eGTVIzwyB/PlU3XUav1zNxHzPja5UQ8BVApbbsgWNgsY9a4cFuJRxM8NKU0eOGZszeeskJ39gJZ"
                    + "g26/pA0lmqF99SYY3JJ81lpo6uu2Mqq88e/UmLetpX/dMvamxPukUgoM4Sw6P/gMZKwUbiPwixfbZ6GqZXlrFX4xnS"
                    + "XsMI9H70VdCE41wq7D7nfYJS2/9XL6PM+W4XTjw==,keyFactoryAlgorithm:PBKDF2WithHmacSHA1,cipherAlg"
                    + "orithm:AES/GCM/NoPadding,authenticationTagLength:128,iterations:1024,passwordLength:0,encr"
                    + "yptedPassword:7l/6iVms6uuqpBIKwUMF0Q==";

    private static BrokerConfigs configs(String... keysAndValues) {
        Map<String, String> all = new HashMap<>(Map.of("password.encoder.secret", "of the file"));
        for (int i = 0; i < keysAndValues.length; i += 2) all.put(keysAndValues[i], keysAndValues[i + 1]);
        try {
            return BrokerConfigs.parse(all).configs();
        } catch (BrokerConfigs.BadConfigException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static PasswordCipher cipher(String... keysAndValues) {
        return PasswordCipher.of(configs(keysAndValues), PasswordCipher.SECRET).orElseThrow();
    }

    @Test
    void readsWhatKafkaWrote() {
        assertThat(cipher().decrypt(BY_KAFKA)).contains("öpen sesame");
        assertThat(cipher().decrypt(BY_KAFKA_GCM)).contains("");
        assertThat(cipher("password.encoder.secret", "another").decrypt(BY_KAFKA))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "AES/CBC/PKCS5Padding, PBKDF2WithHmacSHA512, 128",
        "AES/CBC/PKCS5Padding, PBKDF2WithHmacSHA1, 256",
        "AES/GCM/NoPadding, PBKDF2WithHmacSHA256, 256",
    })
    void writesWhatItReads(String algorithm, String factory, String keyBits) {
        PasswordCipher cipher = cipher(
                "password.encoder.cipher.algorithm", algorithm,
                "password.encoder.keyfactory.algorithm", factory,
                "password.encoder.key.length", keyBits,
                "password.encoder.iterations", "1024");
        SeededRandom random = new SeededRandom(3);
        String first = cipher.encrypt("open,sesame:\n", random);
        String second = cipher.encrypt("open,sesame:\n", random);
        assertThat(first).isNotEqualTo(second).contains("iterations:1024", "keyLength:" + keyBits);
        // with whatever is configured now, since all is in the text but the secret
        assertThat(cipher().decrypt(first)).contains("open,sesame:\n");
        assertThat(cipher().decrypt(second)).contains("open,sesame:\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "open sesame",
                "a:b,c:d",
                "iterations:2000000000",
                "keyLength:2000000000",
                "keyLength:-1",
                "salt:",
                "salt:?",
                "initializationVector:AAAA",
                "cipherAlgorithm:AES/ECB/PKCS5Padding",
                "cipherAlgorithm:nothing",
                "keyFactoryAlgorithm:nothing",
                "encryptedPassword:AAAA",
                "passwordLength:3",
                "passwordLength:x",
            })
    void whatIsDamagedIsNoPassword(String damage) {
        int colon = damage.indexOf(':');
        String text = colon < 0 ? damage : replaced(damage.substring(0, colon), damage.substring(colon + 1));
        assertThat(cipher().decrypt(text)).isEmpty();
    }

    private static String replaced(String field, String value) {
        return BY_KAFKA.replaceFirst(field + ":[^,]*", field + ":" + value).equals(BY_KAFKA)
                ? field + ":" + value
                : BY_KAFKA.replaceFirst(field + ":[^,]*", field + ":" + value);
    }

    @ParameterizedTest
    @CsvSource({
        "password.encoder.cipher.algorithm, AES/Nothing, passwords cannot be encrypted",
        "password.encoder.keyfactory.algorithm, Nothing, passwords cannot be encrypted",
        "password.encoder.key.length, 100, passwords cannot be encrypted",
        "password.encoder.iterations, 1, 1024",
    })
    void whatCannotEncryptDoesNotStart(String key, String value, String sentence) {
        Map<String, String> all = Map.of("password.encoder.secret", "s", key, value);
        Optional<String> flaw;
        try {
            BrokerConfigs.parse(all);
            flaw = Optional.empty();
        } catch (BrokerConfigs.BadConfigException e) {
            flaw = Optional.of(e.getMessage());
        }
        assertThat(flaw.orElse("it starts")).contains(sentence);
    }
}
