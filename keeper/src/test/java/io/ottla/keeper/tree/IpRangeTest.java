package io.ottla.keeper.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.SeededRandom;
import io.ottla.zookeeperprotocol.Acl;
import java.util.List;
import java.util.Optional;
import org.apache.zookeeper.server.auth.IPAuthenticationProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an ACL of scheme ip may say, and whom it means: what Apache's own class says of it. */
class IpRangeTest {
    private static final IPAuthenticationProvider ORIGINAL = new IPAuthenticationProvider();
    private static final List<String> CLIENTS =
            List.of("127.0.0.1", "10.1.2.3", "0:0:0:0:0:0:0:1", "fe80:0:0:0:1:2:3:4", "fe80:0:0:0:1:2:3:4%eth0");

    /** Pieces of addresses, right and wrong. */
    private static final String[] PIECES = {
        "127",
        "0",
        "1",
        "10",
        "255",
        "256",
        "010",
        "+1",
        "-1",
        "0x7f",
        "2130706433",
        "fe80",
        "ffff",
        "12345",
        "g",
        "",
        ".",
        ".",
        ".",
        ".",
        ":",
        ":",
        ":",
        "::",
        "/",
        "/",
        "8",
        "32",
        "33",
        "128",
        "129",
        "[",
        "]",
        "%eth0",
        " ",
        "localhost"
    };

    private static void compare(String text) {
        Optional<IpRange> range = IpRange.parse(text);
        assertThat(range.isPresent()).as(text).isEqualTo(ORIGINAL.isValid(text));
        for (String client : CLIENTS)
            assertThat(range.map(each -> each.has(client)).orElse(false))
                    .as("%s in %s", client, text)
                    .isEqualTo(ORIGINAL.matches(client, text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.1",
                "2130706433",
                "1.2.3",
                "[::1]",
                "::ffff:127.0.0.1",
                "0x7f.0.0.1",
                "127.0.0.1/33",
                "127.0.0.1/",
                "127.0.0.1/-1",
                "127.0.0.1/8/9",
                "127.0.0.256",
                "1.2.3.4.5",
                " 127.0.0.1",
                "127.0.0.1%eth0",
                "fe80::1%lo",
                "1::2::3",
                ":::",
                ":",
                "1:2:3:4:5:6:7",
                "1:2:3:4:5:6:7::8",
                "::1/129",
                "localhost",
                "/24",
                ""
            })
    void isRefused(String text) {
        compare(text);
        List<Acl> acl = List.of(new Acl(Acl.ALL, "ip", text));
        assertThat(AclCheck.settle(acl, List.of())).as(text).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.0.0.1/24",
                "127.0.0.1/0",
                "127.0.0.1/08",
                "127.0.0.1/+8",
                "010.1.2.3",
                "10.0.0.0/9",
                "::1",
                "::",
                "::/0",
                "::1/127",
                "0:0:0:0:0:0:0:1/64",
                "fe80::1/10",
                "fe80::1:2:3:4"
            })
    void isTaken(String text) {
        compare(text);
        List<Acl> acl = List.of(new Acl(Acl.ALL, "ip", text));
        assertThat(AclCheck.settle(acl, List.of())).as(text).contains(acl);
    }

    @Test
    void whateverItSaysItIsWhatTheOriginalMakesOfIt() {
        SeededRandom random = new SeededRandom(20);
        for (int i = 0; i < 5_000; i++) {
            StringBuilder text =
                    new StringBuilder(random.chance(0.3) ? "127.0.0" : random.chance(0.3) ? "fe80::1" : "");
            for (int pieces = random.nextInt(10); pieces > 0; pieces--)
                text.append(PIECES[random.nextInt(PIECES.length)]);
            compare(text.toString());
        }
    }
}
