package io.ottla.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.Http;
import io.ottla.base.Network;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JdkHttpTest {
    private final Faults faults = new Faults();
    private final LoopClock clock = new LoopClock("test-loop", Transport.best(), faults);
    private final Http http = new JdkHttp(clock);
    private Network.Listening listening;

    @BeforeEach
    void listen() throws IOException {
        listening = http.listen("127.0.0.1", 0, (question, answer) -> {
            String text = (clock.onLoop() ? "loop " : "elsewhere ") + question;
            answer.accept(new Http.Answer(200, "text/plain", () -> text.getBytes(StandardCharsets.UTF_8)));
        });
    }

    @AfterEach
    void close() {
        listening.close();
        clock.close();
        faults.rethrow();
    }

    private String ask(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), listening.port())) {
            socket.getOutputStream()
                    .write((request + "\r\nHost: x\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void aQuestionIsAnsweredOnTheLoop() throws IOException {
        assertThat(ask("GET /commands/a%20b?x=1&y&x=2&z=%3D HTTP/1.1"))
                .startsWith("HTTP/1.1 200")
                .endsWith("loop Question[path=/commands/a b, parameters={x=1, y=, z==}]");
    }

    @Test
    void whatIsNoQuestionIsRefused() throws IOException {
        assertThat(ask("POST / HTTP/1.1\r\nContent-Length: 0")).startsWith("HTTP/1.1 405");
        assertThat(ask("GET /?a=%zz HTTP/1.1")).startsWith("HTTP/1.1 400");
        assertThat(ask("\u0000\u0001")).doesNotContain("200");
        assertThat(ask("GET / HTTP/1.1")).startsWith("HTTP/1.1 200");
    }

    @Test
    void aPortInUseIsAnErrorThatNamesIt() {
        assertThatThrownBy(() -> http.listen("127.0.0.1", listening.port(), (question, answer) -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("127.0.0.1:" + listening.port());
    }
}
