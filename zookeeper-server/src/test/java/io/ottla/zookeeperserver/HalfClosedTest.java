package io.ottla.zookeeperserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.zookeeperprotocol.ClientRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that shut their sending side and wait for what they are owed, as nc -N, socat and the original's own client of the words do. */
class HalfClosedTest {

    @ParameterizedTest
    @ValueSource(strings = {"conf", "dirs", "ruok", "mntr", "stat"})
    void aWordIsAnsweredHoweverLongItTakes(String word) {
        TestPort port = new TestPort(ServerOptions.parse(Map.of("4lw.commands.whitelist", "*")));
        TestClient client = port.connection();
        client.raw(word.getBytes(StandardCharsets.US_ASCII));
        client.sendNoMore();
        port.drain();
        assertThat(client.text()).hasSizeGreaterThan("[closed]".length()).endsWith("[closed]");
    }

    @Test
    void requestsThatCameBeforeAreAnswered() {
        TestPort port = new TestPort();
        TestClient client = port.client();
        client.send(
                new ClientRequest.Exists("/", false),
                new ClientRequest.Exists("/not there", false),
                new ClientRequest.Exists("/", false));
        client.sendNoMore();
        port.drain();
        assertThat(client.told()).isEqualTo(List.of("1 v0", "2 NO_NODE", "3 v0", "closed"));
    }

    @Test
    void whoAskedNothingIsLetGo() {
        TestPort port = new TestPort();
        TestClient silent = port.connection();
        silent.sendNoMore();
        TestClient idle = port.client();
        idle.sendNoMore();
        port.drain();
        assertThat(List.of(silent.closed, idle.closed)).containsOnly(true);
    }
}
