package io.ottla.io;

import io.netty.handler.ssl.NotSslRecordException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Why a TLS handshake failed, in words for a line of the log. */
final class HandshakeFailure {
    /** As BoringSSL writes: {@code error:100000f0:SSL routines:OPENSSL_internal:UNSUPPORTED_PROTOCOL}. */
    private static final Pattern BORING_SSL = Pattern.compile("error:[0-9a-fA-F]+:[^:]*:[^:]*:([A-Z0-9_]+)");

    private HandshakeFailure() {}

    static String sentence(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause())
            if (cause instanceof NotSslRecordException) return "what it sends is no TLS, which this port wants";
        String said = said(failure);
        String deepest = said(deepest(failure));
        return "the TLS handshake failed: " + (said.contains(deepest) ? said : said + ": " + deepest);
    }

    static Throwable deepest(Throwable failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null) deepest = deepest.getCause();
        return deepest;
    }

    private static String said(Throwable cause) {
        if (cause.getMessage() == null) return cause.getClass().getSimpleName();
        Matcher boringSsl = BORING_SSL.matcher(cause.getMessage());
        return boringSsl.find() ? boringSsl.group(1).toLowerCase(Locale.ROOT).replace('_', ' ') : cause.getMessage();
    }
}
