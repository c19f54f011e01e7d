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
        "enforce.auth.enabled, TRUE, 'enforce.auth.enabled is true: say in enforce.auth.schemes which schemes are accepted'",
        "DigestAuthenticationProvider.digestAlg, SHA9, DigestAuthenticationProvider.digestAlg: this Java has no digest SHA9",
        "enforce.auth.enabled, true, 'enforce.auth.enabled is true: say in enforce.auth.schemes which schemes are accepted'"
    })
    void whatCannotBeIsRefusedWithASentence(String key, String value, String why) {
        assertThatThrownBy(() -> ServerOptions.parse(Map.of(key, value))).hasMessage(why);
    }

    /** Each is accepted by the original, and taken so there; see ZooConfigTest for those that are read elsewhere. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "jute.maxbuffer                 | much        | 1048575",
                "jute.maxbuffer                 | -1          | 1048575",
                "jute.maxbuffer                 | 5           | 1048575",
                "jute.maxbuffer                 | 1073741823  | 536870911",
                "jute.maxbuffer                 | 2147483647  | 536870911",
                "jute.maxbuffer                 | 2147483648  | 1048575",
                "globalOutstandingLimit         | 0           | 0",
                "globalOutstandingLimit         | -1          | 0",
                "globalOutstandingLimit         | x           | 1000",
                "request_throttle_max_requests  | -1          | 0",
                "request_throttle_max_requests  | x           | 0",
                "largeRequestThreshold          | 0           | -1",
                "largeRequestThreshold          | -2          | -1",
                "largeRequestThreshold          | 1048576     | 1048576",
                "largeRequestMaxBytes           | -1          | 104857600",
                "largeRequestMaxBytes           | 0           | 104857600",
                "connection_throttle_tokens     | -1          | 0",
                "connection_throttle_fill_time  | 0           | 1",
                "connection_throttle_fill_count | -1          | 1",
                "connection_throttle_fill_count | 0           | 0",
                "fsync.warningthresholdms       | -1          | -1",
                "fsync.warningthresholdms       | x           | 1000",
                "admin.rateLimiterIntervalInMS  | -1          | 0",
                "admin.rateLimiterIntervalInMS  | x           | 300000",
                "admin.snapshot.enabled         | yes         | false",
                "admin.restore.enabled          | on          | false",
                "clientPortListenBacklog        | -5          | -5",
                "maxClientCnxns                 | -1          | 0",
                "DigestAuthenticationProvider.enabled | no     | false",
                "sessionRequireClientSASLAuth   | yes         | []",
                "enforce.auth.enabled           | yes         | []",
                "allowSaslFailedClients         | 1           | false",
                "skipACL                        | true        | false",
                "skipACL                        | yes         | true",
                "4lw.commands.whitelist         | nosuch      | [SRVR]",
                "readonlymode.enabled           | yes         | [SRVR]",
            })
    void oddValuesAreTakenAsInTheOriginalAndTold(String key, String value, String holds) {
        ServerProperties settings = new ServerProperties(Map.of(key, value));
        ServerOptions options = ServerOptions.parse(settings);
        assertThat(held(options, key)).hasToString(holds);
        boolean isAsItStands = value.equals(holds) || (value.equals("yes") && holds.equals("true"));
        if (isAsItStands || key.equals("4lw.commands.whitelist"))
            assertThat(settings.warnings()).isEmpty();
        else if (holds.startsWith("["))
            assertThat(settings.warnings())
                    .containsExactly(key + "=" + value + " is taken as false: only true is true");
        else
            assertThat(settings.warnings())
                    .singleElement()
                    .asString()
                    .startsWith(key + "=" + value + " is taken as " + (key.equals("skipACL") ? "no" : holds) + ": ");
    }

    @Test
    void aFlagWithWhichTheOriginalIsStrictIsRefused() {
        assertThat(ServerOptions.parse(new ServerProperties(Map.of("reconfigEnabled", "TRUE")))
                        .reconfigEnabled())
                .isTrue();
        assertThatThrownBy(() -> ServerOptions.parse(new ServerProperties(Map.of("reconfigEnabled", "yes"))))
                .hasMessage("reconfigEnabled=yes is neither true nor false");
    }

    private static Object held(ServerOptions options, String key) {
        ServerOptions.Limits limits = options.limits();
        return switch (key) {
            case "jute.maxbuffer" -> options.packetBytesMax();
            case "globalOutstandingLimit" -> limits.outstandingMax();
            case "request_throttle_max_requests" -> limits.throttledRequestsMax();
            case "largeRequestThreshold" -> limits.largeRequestBytes();
            case "largeRequestMaxBytes" -> limits.largeRequestsBytesMax();
            case "connection_throttle_tokens" -> options.connecting().tokensMax();
            case "connection_throttle_fill_time" -> options.connecting().fillMs();
            case "connection_throttle_fill_count" -> options.connecting().fillCount();
            case "fsync.warningthresholdms" -> options.slowSyncMs();
            case "admin.rateLimiterIntervalInMS" -> options.backups().intervalMs();
            case "admin.snapshot.enabled" -> options.backups().snapshotEnabled();
            case "admin.restore.enabled" -> options.backups().restoreEnabled();
            case "clientPortListenBacklog" -> options.described().backlog();
            case "maxClientCnxns" -> options.described().maxClientCnxns();
            case "DigestAuthenticationProvider.enabled" ->
                options.authentication().digestEnabled();
            case "sessionRequireClientSASLAuth", "enforce.auth.enabled" ->
                options.authentication().enforcedSchemes();
            case "allowSaslFailedClients" -> options.authentication().allowSaslFailedClients();
            case "skipACL" -> options.authentication().skipAcl();
            case "4lw.commands.whitelist", "readonlymode.enabled" -> options.whitelist();
            default -> throw new AssertionError(key);
        };
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
