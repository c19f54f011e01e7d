package io.ottla.zookeeperserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OptionsTest {
    @Test
    void withoutSettingsTheyAreTheOriginals() {
        assertThat(ServerOptions.parse(Map.of("clientPort", "2181"))).isEqualTo(ServerOptions.DEFAULT);
    }

    @Test
    void aNumberMayBeHexadecimalAsInTheOriginal() {
        assertThat(ServerOptions.parse(Map.of("jute.maxbuffer", "0x400000")).packetBytesMax())
                .isEqualTo(4 << 20);
    }

    @ParameterizedTest
    @CsvSource({
        "jute.maxbuffer, much, jute.maxbuffer: 'much' is not a number",
        "jute.maxbuffer, 5, 'jute.maxbuffer: must be 1024 or more, but is 5'",
        "DigestAuthenticationProvider.digestAlg, SHA9, DigestAuthenticationProvider.digestAlg: this Java has no digest SHA9",
        "enforce.auth.enabled, true, 'enforce.auth.enabled is true: say in enforce.auth.schemes which schemes are accepted'"
    })
    void whatCannotBeIsRefusedWithASentence(String key, String value, String why) {
        assertThatThrownBy(() -> ServerOptions.parse(Map.of(key, value))).hasMessage(why);
    }

    @Test
    void usersComeFromTheSectionOfTheJaasFile() {
        String file = """
                // the broker's own
                Client { org.apache.zookeeper.server.auth.DigestLoginModule required username="x" password="y"; };
                /* those that may come */
                Server {
                    org.apache.zookeeper.server.auth.DigestLoginModule required
                    user_super="a\\"b" # quoted
                    user_bob=plain;
                };
                """;
        assertThat(JaasFile.users(file, "Server")).contains(Map.of("super", "a\"b", "bob", "plain"));
        assertThat(JaasFile.users(file, "Nobody")).isEmpty();
        assertThat(JaasFile.users("", "Server")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Server",
                "Server {",
                "Server { a b",
                "Server { a b c d; };",
                "Server { \"a",
                "/* x",
                "Server { a b; }"
            })
    void whatIsNoJaasFileIsRefused(String text) {
        assertThatThrownBy(() -> JaasFile.users(text, "Server"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("the JAAS file");
    }

    @Test
    void percentilesAreNearEnough() {
        LatencySummary summary = new LatencySummary();
        for (int i = 1; i <= 1000; i++) summary.add(i);
        assertThat(summary.percentileMs(0.5)).isBetween(440L, 500L);
        assertThat(summary.percentileMs(0.99)).isBetween(870L, 990L);
        assertThat(summary.maxMs()).isEqualTo(1000);
        assertThat(summary.minMs()).isEqualTo(1);
        assertThat(summary.avgMs()).isEqualTo(500.5);
        summary.add(Long.MAX_VALUE);
        assertThat(summary.percentileMs(1)).isPositive();
    }
}
