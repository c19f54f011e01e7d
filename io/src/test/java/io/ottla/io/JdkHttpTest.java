package io.ottla.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.Disk;
import io.ottla.base.DiskFile;
import io.ottla.base.Http;
import io.ottla.base.Network;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JdkHttpTest {
    private final Faults faults = new Faults();
    private final LoopClock clock = new LoopClock("test-loop", Transport.best(), faults);
    private final Http http = new JdkHttp(clock);
    private Network.Listening listening;

    @BeforeEach
    void listen() throws IOException {
        listening = http.listen("127.0.0.1", 0, (question, answer) -> {
            String text =
                    (clock.onLoop() ? "loop " : "elsewhere ") + question.path() + " " + question.parameters() + " "
                            + question.authorization() + " " + question.client().getHostAddress()
                            + question.body().map(JdkHttpTest::read).orElse(", no body");
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
                .endsWith("loop /commands/a b {x=1, y=, z==} Optional.empty 127.0.0.1, no body");
    }

    private static String read(InputStream body) {
        try {
            return ", body " + new String(body.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aBodyComesAlongAndSecretsDoNotPrintThemselves() throws IOException {
        assertThat(
                        ask(
                                "POST /x HTTP/1.1\r\nAuthorization: digest a:b\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"))
                .startsWith("HTTP/1.1 200")
                .contains("loop /x {} Optional[[hidden]] 127.0.0.1, body hello");
    }

    @Test
    void aFileLeavesWhole(@TempDir Path folder) throws Exception {
        byte[] content = new byte[200_000];
        for (int i = 0; i < content.length; i++) content[i] = (byte) (i * 31 + i / 251);
        Path path = Files.write(folder.resolve("file"), content);
        RealDisk disk = new RealDisk(clock, faults);
        DiskFile file = disk.open(path, Disk.OpenMode.READ);
        Network.Listening other = http.listen(
                "127.0.0.1",
                0,
                (question, answer) -> answer.accept(new Http.Answer(
                        200,
                        "application/octet-stream",
                        Map.of("last_zxid", "0x7"),
                        new Http.Content.File(file, content.length))));
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<byte[]> got = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + other.port() + "/"))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            assertThat(got.body()).isEqualTo(content);
            assertThat(got.headers().firstValue("last_zxid")).contains("0x7");
        } finally {
            other.close();
            disk.close();
        }
    }

    @Test
    void headIsGetWithoutWhatIsFound() throws IOException {
        assertThat(ask("HEAD /x HTTP/1.1"))
                .startsWith("HTTP/1.1 200")
                .contains("ontent-length: " + "loop /x {} Optional.empty 127.0.0.1, no body".length())
                .endsWith("\r\n\r\n");
        assertThat(ask("OPTIONS /x HTTP/1.1")).startsWith("HTTP/1.1 200").contains("Allow: GET, HEAD, POST, OPTIONS");
    }

    @Test
    void aNameWithoutAnAddressIsAnErrorThatNamesIt() {
        assertThatThrownBy(() -> http.listen("nosuch.invalid", 0, (question, answer) -> {}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("nosuch.invalid");
    }

    @Test
    void whatIsNoQuestionIsRefused() throws IOException {
        assertThat(ask("PUT / HTTP/1.1\r\nContent-Length: 0")).startsWith("HTTP/1.1 405");
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
