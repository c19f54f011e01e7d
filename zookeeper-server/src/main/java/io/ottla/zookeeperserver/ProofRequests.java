package io.ottla.zookeeperserver;

import io.ottla.zookeeperprotocol.ClientReply;
import io.ottla.zookeeperprotocol.ClientRequest;
import io.ottla.zookeeperprotocol.ErrorCode;
import javax.security.sasl.SaslException;

/**
 * auth and sasl. They wait for nobody: what was asked before goes by what was proved before, what is asked after by both. Their answers have no zxid.
 */
final class ProofRequests {
    private static final int SHOWN_MAX = 32;

    private final ServerStats stats;

    ProofRequests(ServerStats stats) {
        this.stats = stats;
    }

    void serve(ClientConnection client, int xid, ClientRequest.Auth auth) {
        boolean proved = client.credentials().prove(auth.scheme(), auth.auth());
        if (proved) client.outbox().done(xid, 0);
        else client.outbox().error(xid, 0, ErrorCode.AUTH_FAILED);
        stats.response(client.outbox().lastPacketBytes());
        if (proved) {
            client.proved();
            return;
        }
        failed(client, shown(auth.scheme()));
        client.end();
    }

    /** What a client sends is not written to the log at any length, nor with line ends in it. */
    private static String shown(String text) {
        String safe = text.replaceAll("[^A-Za-z0-9._-]", "?");
        return safe.length() > SHOWN_MAX ? safe.substring(0, SHOWN_MAX) : safe;
    }

    private void failed(ClientConnection client, String scheme) {
        stats.authFailures++;
        client.server().note(client, "it did not prove who it is by " + scheme);
    }

    void serve(ClientConnection client, int xid, ClientRequest.Sasl sasl) {
        Credentials credentials = client.credentials();
        byte[] token = null;
        try {
            token = credentials.sasl(sasl.token());
            client.proved();
        } catch (SaslException e) {
            failed(client, "SASL");
            if (!credentials.staysWithoutSasl()) {
                ErrorCode code =
                        credentials.saslEnforced() ? ErrorCode.SESSION_CLOSED_REQUIRE_SASL_AUTH : ErrorCode.AUTH_FAILED;
                // the one error that has a body, as in the original
                new ClientReply.Token(null).write(client.outbox().begin(xid, 0, code.code()));
                client.outbox().end();
                client.end();
                return;
            }
        }
        client.outbox().reply(xid, 0, new ClientReply.Token(token));
        stats.response(client.outbox().lastPacketBytes());
    }
}
