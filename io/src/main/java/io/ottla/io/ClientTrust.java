package io.ottla.io;

import io.netty.handler.ssl.OpenSslCertificateException;
import io.netty.internal.tcnative.CertificateVerifier;
import java.net.Socket;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateRevokedException;
import java.security.cert.PKIXReason;
import java.security.cert.X509Certificate;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * Java's check of a client's certificate, told to BoringSSL in its own words, so that the client gets the alert of its kind (RFC 8446 §6.2):
 * unknown_ca, certificate_expired, certificate_revoked, bad_certificate. Untold, it would be internal_error.
 */
final class ClientTrust extends X509ExtendedTrustManager {
    private final X509ExtendedTrustManager java;

    ClientTrust(X509ExtendedTrustManager java) {
        this.java = java;
    }

    private interface Check {
        void run() throws CertificateException;
    }

    private static void checked(Check check) throws CertificateException {
        try {
            check.run();
        } catch (CertificateException e) {
            throw new OpenSslCertificateException(e.getMessage(), e, code(e));
        }
    }

    private static int code(CertificateException refusal) {
        int code = CertificateVerifier.X509_V_ERR_CERT_REJECTED;
        for (Throwable cause = refusal; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case CertificateExpiredException expired -> {
                    return CertificateVerifier.X509_V_ERR_CERT_HAS_EXPIRED;
                }
                case CertificateNotYetValidException early -> {
                    return CertificateVerifier.X509_V_ERR_CERT_NOT_YET_VALID;
                }
                case CertificateRevokedException revoked -> {
                    return CertificateVerifier.X509_V_ERR_CERT_REVOKED;
                }
                // what is below it may say more
                case CertPathBuilderException noPath ->
                    code = CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
                case CertPathValidatorException invalid -> code = code(invalid, code);
                default -> {}
            }
        }
        return code;
    }

    private static int code(CertPathValidatorException invalid, int otherwise) {
        CertPathValidatorException.Reason reason = invalid.getReason();
        if (reason == BasicReason.EXPIRED) return CertificateVerifier.X509_V_ERR_CERT_HAS_EXPIRED;
        if (reason == BasicReason.NOT_YET_VALID) return CertificateVerifier.X509_V_ERR_CERT_NOT_YET_VALID;
        if (reason == BasicReason.REVOKED) return CertificateVerifier.X509_V_ERR_CERT_REVOKED;
        if (reason == BasicReason.INVALID_SIGNATURE) return CertificateVerifier.X509_V_ERR_CERT_SIGNATURE_FAILURE;
        if (reason == PKIXReason.NO_TRUST_ANCHOR)
            return CertificateVerifier.X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
        return otherwise;
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        checked(() -> java.checkClientTrusted(chain, authType, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        checked(() -> java.checkClientTrusted(chain, authType, socket));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        checked(() -> java.checkClientTrusted(chain, authType));
    }

    // a listener has no servers to trust

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        java.checkServerTrusted(chain, authType, engine);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        java.checkServerTrusted(chain, authType, socket);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        java.checkServerTrusted(chain, authType);
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return java.getAcceptedIssuers();
    }
}
