package io.ottla.io;

import io.ottla.base.Secret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Keys and certificates as text, RFC 7468.
 *
 * <pre>
 * text  = { any | block }
 * block = "-----BEGIN " label "-----" BASE64 "-----END " label "-----"
 * label = "CERTIFICATE" | "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY"     ; keys are PKCS #8
 * </pre>
 */
final class PemFile {
    private static final Pattern BLOCK = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");
    private static final String PBES2 = "1.2.840.113549.1.5.13";
    private static final List<String> KEY_ALGORITHMS = List.of("RSA", "EC", "EdDSA", "DSA");

    private final String text;
    private final String what;

    /** @param what for sentences: what this is the text of */
    PemFile(String text, String what) {
        this.text = text;
        this.what = what;
    }

    List<X509Certificate> certificates() throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (byte[] encoded : blocks("CERTIFICATE"))
                certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(encoded)));
        } catch (CertificateException e) {
            throw new IOException(what + " has a certificate that cannot be read: " + e.getMessage(), e);
        }
        if (certificates.isEmpty()) throw new IOException(what + " has no certificate (BEGIN CERTIFICATE)");
        return certificates;
    }

    PrivateKey privateKey(Optional<Secret> password) throws IOException {
        List<byte[]> plain = blocks("PRIVATE KEY");
        if (!plain.isEmpty()) return key(new PKCS8EncodedKeySpec(plain.getFirst()));
        List<byte[]> encrypted = blocks("ENCRYPTED PRIVATE KEY");
        if (!encrypted.isEmpty()) return decrypted(encrypted.getFirst(), password);
        if (text.contains("-----BEGIN RSA PRIVATE KEY-----") || text.contains("-----BEGIN EC PRIVATE KEY-----"))
            throw new IOException(what + " has its private key in an old form;"
                    + " `openssl pkcs8 -topk8` turns it into one that begins with BEGIN PRIVATE KEY");
        throw new IOException(what + " has no private key (BEGIN PRIVATE KEY)");
    }

    private PrivateKey decrypted(byte[] encoded, Optional<Secret> password) throws IOException {
        if (password.isEmpty()) throw new IOException("the private key in " + what + " wants a password");
        char[] characters = password.get().value().toCharArray();
        try {
            EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(encoded);
            // of PBES2 the parameters say what it is made of
            boolean isScheme2 =
                    info.getAlgName().equals("PBES2") || info.getAlgName().equals(PBES2);
            String algorithm = isScheme2 ? info.getAlgParameters().toString() : info.getAlgName();
            Cipher cipher = Cipher.getInstance(algorithm);
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(characters)),
                    info.getAlgParameters());
            return key(info.getKeySpec(cipher));
        } catch (GeneralSecurityException e) {
            throw new IOException("the private key in " + what + " cannot be decrypted: is its password right?", e);
        }
    }

    private PrivateKey key(PKCS8EncodedKeySpec spec) throws IOException {
        for (String algorithm : KEY_ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(spec);
            } catch (InvalidKeySpecException e) {
                continue; // of another kind
            } catch (GeneralSecurityException e) {
                throw new IOException("the private key in " + what + " cannot be read: " + e.getMessage(), e);
            }
        }
        throw new IOException(
                "the private key in " + what + " cannot be read: it is none of " + String.join(", ", KEY_ALGORITHMS));
    }

    private List<byte[]> blocks(String label) throws IOException {
        List<byte[]> blocks = new ArrayList<>();
        Matcher matcher = BLOCK.matcher(text);
        while (matcher.find()) {
            if (!matcher.group(1).equals(label)) continue;
            try {
                blocks.add(Base64.getMimeDecoder().decode(matcher.group(2).getBytes(StandardCharsets.US_ASCII)));
            } catch (IllegalArgumentException e) {
                throw new IOException(what + " is damaged: a block of " + label + " is not base64", e);
            }
        }
        return blocks;
    }
}
