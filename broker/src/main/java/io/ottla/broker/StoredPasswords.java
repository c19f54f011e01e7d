package io.ottla.broker;

import io.ottla.base.SeededRandom;
import io.ottla.cluster.Answer;
import io.ottla.cluster.ConfigEdit;
import io.ottla.cluster.ConfigEntity;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The passwords among what is set for a broker in its znode: there they stand encrypted, by {@code password.encoder.secret}. */
public final class StoredPasswords {
    private static final Logger LOG = LoggerFactory.getLogger(StoredPasswords.class);

    /** Empty without {@code password.encoder.secret}. */
    private final Optional<PasswordCipher> cipher;

    /** What passwords may still be encrypted with that were set before the secret was changed. */
    private final Optional<PasswordCipher> oldCipher;

    public StoredPasswords(BrokerConfigs configured) {
        cipher = PasswordCipher.of(configured, PasswordCipher.SECRET);
        oldCipher = PasswordCipher.of(configured, PasswordCipher.OLD_SECRET);
    }

    /** Empty without {@code password.encoder.secret}. */
    Optional<PasswordCipher> cipher() {
        return cipher;
    }

    /**
     * Encrypts with the new secret what was encrypted with the old one, if there is an old one. To be written once this broker serves.
     *
     * @param brokerId whose passwords they are
     * @param random salts passwords
     */
    public Optional<ConfigEdit> anew(int brokerId, SeededRandom random) {
        if (oldCipher.isEmpty() || cipher.isEmpty()) return Optional.empty();
        return Optional.of(new ConfigEdit(ConfigEntity.broker(brokerId), set -> {
            Map<String, String> anew = new HashMap<>(set);
            set.forEach((name, value) -> {
                if (BrokerConfigs.isPassword(name)
                        && cipher.get().decrypt(value).isEmpty())
                    oldCipher
                            .get()
                            .decrypt(value)
                            .ifPresent(password -> anew.put(name, cipher.get().encrypt(password, random)));
            });
            return Answer.ok(anew);
        }));
    }

    /** With passwords decrypted; without those that cannot be, as in Kafka: a broker must not go by what nobody can read. */
    Map<String, String> inPlainText(Map<String, String> set) {
        Map<String, String> plain = new HashMap<>(set);
        set.forEach((name, value) -> {
            if (!BrokerConfigs.isPassword(name)) return;
            Optional<String> password = cipher.flatMap(current -> current.decrypt(value))
                    .or(() -> oldCipher.flatMap(old -> old.decrypt(value)));
            if (password.isPresent()) {
                plain.put(name, password.get());
            } else {
                plain.remove(name);
                LOG.warn(
                        "{} is set for this broker, but cannot be decrypted with {}, and is passed over;"
                                + " set it anew with kafka-configs.sh",
                        name,
                        PasswordCipher.SECRET);
            }
        });
        return plain;
    }
}
