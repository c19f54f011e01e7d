package io.ottla.broker;

import io.ottla.base.Secret;
import io.ottla.base.SeededRandom;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.spec.AlgorithmParameterSpec;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.crypto.Cipher;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Passwords that are set while a broker runs, as they stand in its znode: whoever can read the tree cannot read them.
 * Format and meaning are those of Kafka 3.9 (KIP-226), so each reads what the other wrote.
 *
 * <pre>
 * password = field {"," field}                     ; in any order
 * field    = "cipherAlgorithm:" NAME               ; AES/CBC/PKCS5Padding, or another that needs a vector
 *          | "keyFactoryAlgorithm:" NAME           ; of the key from password.encoder.secret: PBKDF2WithHmacSHA512
 *          | "keyLength:" BITS | "iterations:" N | "salt:" BASE64
 *          | "initializationVector:" BASE64
 *          | "authenticationTagLength:" BITS       ; AES/GCM only
 *          | "encryptedPassword:" BASE64           ; of the UTF-8
 *          | "passwordLength:" CHARACTERS
 * </pre>
 *
 * <p>Every password has a salt of its own and so a key of its own; the vector is used once with it.
 */
final class PasswordCipher {
    static final String SECRET = "password.encoder.secret";
    static final String OLD_SECRET = "password.encoder.old.secret";

    /** What stands in a znode may be anybody's, and working out the key takes the loop's time. */
    static final int ITERATIONS_MAX = 1_000_000;

    private static final int KEY_BITS_MAX = 4096;
    private static final int SALT_BYTES = 256;
    private static final int GCM_VECTOR_BYTES = 12;
    private static final int GCM_TAG_BITS = 128;
    private static final String GCM = "AES/GCM/";

    private final Secret secret;
    private final String cipherAlgorithm;
    private final String keyFactoryAlgorithm;
    private final int keyBits;
    private final int iterations;

    private PasswordCipher(
            Secret secret, String cipherAlgorithm, String keyFactoryAlgorithm, int keyBits, int iterations) {
        this.secret = secret;
        this.cipherAlgorithm = cipherAlgorithm;
        this.keyFactoryAlgorithm = keyFactoryAlgorithm;
        this.keyBits = keyBits;
        this.iterations = iterations;
    }

    /** By one of the two secrets; empty if it is not configured. */
    static Optional<PasswordCipher> of(BrokerConfigs configs, String secretKey) {
        return configs.find(secretKey)
                .filter(secret -> !secret.isEmpty())
                .map(secret -> new PasswordCipher(
                        new Secret(secret),
                        configs.text("password.encoder.cipher.algorithm"),
                        configs.find("password.encoder.keyfactory.algorithm").orElse("PBKDF2WithHmacSHA512"),
                        configs.integer("password.encoder.key.length"),
                        configs.integer("password.encoder.iterations")));
    }

    /** Why passwords could not be encrypted with what is configured, as a sentence; empty if they can, or never will be. */
    static Optional<String> flaw(BrokerConfigs configs) {
        Optional<PasswordCipher> cipher = of(configs, SECRET);
        if (cipher.isEmpty()) return Optional.empty();
        PasswordCipher quick = new PasswordCipher(
                cipher.get().secret,
                cipher.get().cipherAlgorithm,
                cipher.get().keyFactoryAlgorithm,
                cipher.get().keyBits,
                1);
        try {
            quick.encrypted("trial", new SeededRandom(0));
            return Optional.empty();
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Optional.of("passwords cannot be encrypted as password.encoder.* is set: " + e.getMessage());
        }
    }

    /** As it is to stand in a znode. */
    String encrypt(String password, SeededRandom random) {
        try {
            return encrypted(password, random);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("it was tried at the start", e);
        }
    }

    private String encrypted(String password, SeededRandom random) throws GeneralSecurityException {
        byte[] salt = bytes(SALT_BYTES, random);
        Cipher cipher = Cipher.getInstance(cipherAlgorithm);
        boolean isGcm = cipherAlgorithm.startsWith(GCM);
        byte[] vector = bytes(isGcm ? GCM_VECTOR_BYTES : cipher.getBlockSize(), random);
        AlgorithmParameterSpec parameters =
                isGcm ? new GCMParameterSpec(GCM_TAG_BITS, vector) : new IvParameterSpec(vector);
        cipher.init(
                Cipher.ENCRYPT_MODE, key(keyFactoryAlgorithm, cipherAlgorithm, keyBits, salt, iterations), parameters);
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("cipherAlgorithm", cipherAlgorithm);
        fields.put("keyFactoryAlgorithm", keyFactoryAlgorithm);
        fields.put("keyLength", Integer.toString(keyBits));
        fields.put("iterations", Integer.toString(iterations));
        fields.put("salt", base64(salt));
        fields.put("initializationVector", base64(vector));
        if (isGcm) fields.put("authenticationTagLength", Integer.toString(GCM_TAG_BITS));
        fields.put("encryptedPassword", base64(cipher.doFinal(password.getBytes(StandardCharsets.UTF_8))));
        fields.put("passwordLength", Integer.toString(password.length()));
        return fields.entrySet().stream()
                .map(field -> field.getKey() + ":" + field.getValue())
                .collect(Collectors.joining(","));
    }

    /** What {@link #encrypt} was given; empty if the text is none of its own, or was made with another secret. */
    Optional<String> decrypt(String text) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (String field : text.split(",", -1)) {
            int colon = field.indexOf(':');
            if (colon > 0)
                fields.put(
                        field.substring(0, colon).strip(),
                        field.substring(colon + 1).strip());
        }
        List<String> needed = List.of(
                "cipherAlgorithm",
                "keyFactoryAlgorithm",
                "keyLength",
                "iterations",
                "salt",
                "initializationVector",
                "encryptedPassword",
                "passwordLength");
        if (!fields.keySet().containsAll(needed)) return Optional.empty();
        try {
            return decrypted(fields);
        } catch (GeneralSecurityException | IllegalArgumentException anothersOrDamaged) {
            return Optional.empty();
        }
    }

    private Optional<String> decrypted(Map<String, String> fields) throws GeneralSecurityException {
        int rounds = Integer.parseInt(fields.get("iterations"));
        int bits = Integer.parseInt(fields.get("keyLength"));
        if (rounds > ITERATIONS_MAX || bits > KEY_BITS_MAX) return Optional.empty();
        String algorithm = fields.get("cipherAlgorithm");
        byte[] vector = bytes(fields.get("initializationVector"));
        AlgorithmParameterSpec parameters = algorithm.startsWith(GCM)
                ? new GCMParameterSpec(Integer.parseInt(fields.getOrDefault("authenticationTagLength", "128")), vector)
                : new IvParameterSpec(vector);
        Cipher cipher = Cipher.getInstance(algorithm);
        cipher.init(
                Cipher.DECRYPT_MODE,
                key(fields.get("keyFactoryAlgorithm"), algorithm, bits, bytes(fields.get("salt")), rounds),
                parameters);
        String password = new String(cipher.doFinal(bytes(fields.get("encryptedPassword"))), StandardCharsets.UTF_8);
        // with another secret the padding is right by chance in one of 256 cases
        return Optional.of(password).filter(plain -> plain.length() == Integer.parseInt(fields.get("passwordLength")));
    }

    private SecretKeySpec key(String factory, String cipherAlgorithm, int bits, byte[] salt, int rounds)
            throws GeneralSecurityException {
        int slash = cipherAlgorithm.indexOf('/');
        byte[] key = SecretKeyFactory.getInstance(factory)
                .generateSecret(new PBEKeySpec(secret.value().toCharArray(), salt, rounds, bits))
                .getEncoded();
        return new SecretKeySpec(key, slash < 0 ? cipherAlgorithm : cipherAlgorithm.substring(0, slash));
    }

    private static byte[] bytes(int count, SeededRandom random) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) bytes[i] = (byte) random.nextLong();
        return bytes;
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] bytes(String base64) {
        return Base64.getDecoder().decode(base64);
    }
}
