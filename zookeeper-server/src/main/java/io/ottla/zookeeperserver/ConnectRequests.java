package io.ottla.zookeeperserver;

import io.ottla.keeper.Keeper;
import io.ottla.keeper.api.SessionAnswer;
import io.ottla.zookeeperprotocol.ConnectRequest;
import io.ottla.zookeeperprotocol.ConnectResponse;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The first packet of a connection: who may connect, to which session, and what is answered. */
final class ConnectRequests {
    private final ZookeeperServer server;

    ConnectRequests(ZookeeperServer server) {
        this.server = server;
    }

    void serve(ClientConnection client, ByteBuffer packet) {
        ConnectRequest request;
        try {
            request = ConnectRequest.read(server.archive(packet));
        } catch (IOException e) {
            client.cut("no request to connect: " + e.getMessage());
            return;
        }
        server.stats().connectRequests++;
        client.credentials().certificates();
        server.countEncryption(client);
        Keeper keeper = server.keeper();
        boolean begins = request.sessionId() == 0;
        if (request.lastZxidSeen() > keeper.lastZxid()) {
            // it is to look for a server that knows as much as it does; the only sign that all clients understand is
            // that no answer comes
            client.cut("it has seen zxid 0x%x, beyond 0x%x here".formatted(request.lastZxidSeen(), keeper.lastZxid()));
        } else if (!server.admitsConnect(begins)) {
            client.cut("there are too many sessions, or too many connect at a time");
        } else {
            client.opening(request.tellsReadOnly());
            long connection = client.connection().id();
            if (begins) {
                keeper.createSession(request.timeoutMs(), connection);
            } else {
                server.stats().revalidated++;
                keeper.resumeSession(request.sessionId(), request.password(), request.timeoutMs(), connection);
            }
        }
    }

    /** @param tellsReadOnly the client wants to be told whether the server is read-only, as those since 3.4 do */
    void opened(ClientConnection client, boolean tellsReadOnly, SessionAnswer answer) {
        switch (answer) {
            case SessionAnswer.Opened opened -> {
                ConnectResponse response = new ConnectResponse(
                        opened.timeoutMs(), opened.sessionId(), opened.password(), false, tellsReadOnly);
                client.attached(opened.sessionId(), opened.timeoutMs(), response);
            }
            case SessionAnswer.Expired expired -> {
                ConnectResponse.expired(tellsReadOnly).write(client.outbox().beginBare());
                client.outbox().end();
                server.response(client.outbox().lastPacketBytes());
                client.end();
            }
            case SessionAnswer.Unavailable unavailable -> client.cut("no session: " + unavailable.why());
        }
    }
}
