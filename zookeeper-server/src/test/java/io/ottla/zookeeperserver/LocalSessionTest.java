package io.ottla.zookeeperserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.keeper.api.KeeperOptions;
import io.ottla.zookeeperprotocol.ClientRequest;
import org.junit.jupiter.api.Test;

/** Sessions that are no transactions (localSessionsEnabled). */
class LocalSessionTest {

    @Test
    void itsEndIsAnsweredAndTheOthersGoOn() {
        KeeperOptions standard = KeeperOptions.DEFAULT;
        KeeperOptions.Sessions sessions = standard.sessions();
        TestPort port = new TestPort(
                ServerOptions.DEFAULT,
                new KeeperOptions(
                        standard.serverId(),
                        standard.requestBytesMax(),
                        new KeeperOptions.Sessions(
                                sessions.tickTimeMs(),
                                sessions.timeoutMinMs(),
                                sessions.timeoutMaxMs(),
                                KeeperOptions.LocalSessions.ON),
                        standard.nodes(),
                        standard.watching(),
                        standard.storage()));
        TestClient a = port.client();
        TestClient b = port.client();
        a.send(new ClientRequest.CloseSession());
        port.drain();
        assertThat(a.told()).containsExactly("1 ok", "closed");
        b.send(new ClientRequest.Exists("/", false));
        port.drain();
        assertThat(b.told()).containsExactly("1 v0");
    }
}
