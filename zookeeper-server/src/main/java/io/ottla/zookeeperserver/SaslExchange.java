package io.ottla.zookeeperserver;

import io.ottla.base.Secret;
import io.ottla.zookeeperserver.ServerOptions.Sasl;
import java.util.Map;
import javax.security.auth.callback.Callback;
import javax.security.auth.callback.CallbackHandler;
import javax.security.auth.callback.NameCallback;
import javax.security.auth.callback.PasswordCallback;
import javax.security.auth.callback.UnsupportedCallbackException;
import javax.security.sasl.AuthorizeCallback;
import javax.security.sasl.RealmCallback;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;

/**
 * One client proving by DIGEST-MD5 (RFC 2831) that it knows a user's password, with the JDK's mechanism. Names as the original's clients expect them
 * (ZooKeeperSaslServer): protocol {@code zookeeper}, server {@code zk-sasl-md5}.
 */
final class SaslExchange {
    private static final String MECHANISM = "DIGEST-MD5";
    private static final String PROTOCOL = "zookeeper";
    private static final String SERVER_NAME = "zk-sasl-md5";

    private final SaslServer server;

    SaslExchange(Sasl sasl) throws SaslException {
        server = javax.security.sasl.Sasl.createSaslServer(
                MECHANISM, PROTOCOL, SERVER_NAME, Map.of(), new Passwords(sasl));
        if (server == null) throw new SaslException("this Java has no mechanism " + MECHANISM);
    }

    /**
     * The answer to a client's token; null if none is due.
     *
     * @throws SaslException if the client has not proved it
     */
    byte[] answer(byte[] token) throws SaslException {
        try {
            return server.evaluateResponse(token);
        } catch (RuntimeException e) {
            // what a client sends goes through a parser that is not ours
            throw new SaslException("the token cannot be read", e);
        }
    }

    boolean isComplete() {
        return server.isComplete();
    }

    /** Who the client has proved to be, once {@link #isComplete}. */
    String user() {
        return server.getAuthorizationID();
    }

    /** Gives the mechanism the password of a user that there is; without one it fails. */
    private static final class Passwords implements CallbackHandler {
        private final Sasl sasl;
        private Secret password;

        Passwords(Sasl sasl) {
            this.sasl = sasl;
        }

        @Override
        public void handle(Callback[] callbacks) throws UnsupportedCallbackException {
            for (Callback callback : callbacks) {
                switch (callback) {
                    case NameCallback name -> {
                        password = sasl.passwords().get(name.getDefaultName());
                        if (password != null) name.setName(name.getDefaultName());
                    }
                    case PasswordCallback wanted -> {
                        if (password != null)
                            wanted.setPassword(password.value().toCharArray());
                    }
                    case RealmCallback realm -> realm.setText(realm.getDefaultText());
                    case AuthorizeCallback authorize -> {
                        // whoever it would like to be: it is who it has proved to be
                        authorize.setAuthorized(true);
                        authorize.setAuthorizedID(authorize.getAuthenticationID());
                    }
                    default -> throw new UnsupportedCallbackException(callback);
                }
            }
        }
    }
}
