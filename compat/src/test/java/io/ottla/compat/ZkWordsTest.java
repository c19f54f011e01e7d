package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Four-letter words and the keys of mntr by their shape: what a probe parses in Apache's answers it finds in ours.
 */
class ZkWordsTest {
    /** Answers whose text is the same but for numbers, addresses and times. */
    private static final List<String> SAME_SHAPE = List.of(
            "crst", "dirs", "dump", "gtmk", "ruok", "srst", "srvr", "stat", "wchc", "wchp", "wchs", "isro", "conf");

    @TempDir
    static Path home;

    static ZkServer original;
    static ZkServer ours;
    static final List<ZkCaller> CALLERS = new ArrayList<>();

    @BeforeAll
    static void startServers() throws Exception {
        original = new ZkServer(ZkServer.Kind.APACHE_3_9, home.resolve("original"));
        ours = new ZkServer(ZkServer.Kind.tested(), home.resolve("ours"));
        for (ZkServer server : List.of(original, ours)) {
            ZkCaller caller = new ZkCaller(server.port(), 30_000);
            CALLERS.add(caller);
            assertThat(caller.create("/words", "x", 0)).isZero();
            assertThat(caller.create("/words/e", "", 1)).isZero();
            caller.call(ZkRequest.GET_DATA, new ZkRequest.Field.Text("/words"), new ZkRequest.Field.Flag(true));
        }
    }

    @AfterAll
    static void stopServers() {
        CALLERS.forEach(ZkCaller::close);
        original.close();
        ours.close();
    }

    private static String shape(String text) {
        return text.lines()
                .filter(line -> !line.isBlank())
                .map(line -> line.startsWith("dataDir=")
                                || line.startsWith("dataLogDir=")
                                || line.startsWith("Zookeeper version")
                        ? line.substring(0, 10)
                        : line.replaceAll("0x[0-9a-f]+", "0xN").replaceAll("-?[0-9]+(\\.[0-9]+)*", "N"))
                .collect(Collectors.joining("\n"));
    }

    /** Each shape of a line once, since how many sessions and connections there are at the moment is chance. */
    @TestFactory
    Stream<DynamicTest> words() {
        return SAME_SHAPE.stream()
                .map(word -> dynamicTest(
                        word,
                        () -> assertThat(shape(ours.word(word)).lines().distinct())
                                .containsExactlyElementsOf(shape(original.word(word))
                                        .lines()
                                        .distinct()
                                        .toList())));
    }

    @Test
    void consHasTheSameFields() throws IOException {
        assertThat(fields(ours.word("cons"))).isEqualTo(fields(original.word("cons")));
    }

    private static Set<String> fields(String text) {
        Matcher matcher = Pattern.compile("([a-z]+)=").matcher(text);
        Set<String> all = new TreeSet<>();
        while (matcher.find()) all.add(matcher.group(1));
        return all;
    }

    private static Set<String> keys(String text, String separator) {
        return text.lines()
                .filter(line -> line.contains(separator))
                .map(line -> line.substring(0, line.indexOf(separator)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void enviHasTheSameKeys() throws IOException {
        assertThat(keys(ours.word("envi"), "=")).containsAll(keys(original.word("envi"), "="));
    }

    /** What the original's own base provider gives; counters of single processors of its pipeline are its own. */
    @Test
    void mntrHasTheKeysThatProbesRead() throws IOException {
        List<String> wanted = Arrays.asList(
                ("version server_state avg_latency min_latency max_latency packets_received packets_sent num_alive_connections"
                                + " outstanding_requests znode_count watch_count ephemerals_count approximate_data_size"
                                + " open_file_descriptor_count max_file_descriptor_count global_sessions local_sessions uptime"
                                + " connection_drop_probability last_client_response_size min_client_response_size max_client_response_size"
                                + " outstanding_tls_handshake auth_failed_count non_mtls_local_conn_count non_mtls_remote_conn_count")
                        .split(" ", -1));
        Set<String> theirs = keys(original.word("mntr"), "\t");
        Set<String> all = keys(ours.word("mntr"), "\t");
        for (String key : wanted) {
            assertThat(theirs).contains("zk_" + key);
            assertThat(all).contains("zk_" + key);
        }
        Set<String> missing = new TreeSet<>(theirs);
        missing.removeAll(all);
        System.out.println("mntr: " + theirs.size() + " keys of the original, missing in ours: " + missing);
    }

    @Test
    void whatIsNotInTheWhitelistIsRefused() throws Exception {
        try (ZkServer closedOriginal = new ZkServer(
                        ZkServer.Kind.APACHE_3_9, home.resolve("closed-original"), "4lw.commands.whitelist=srvr");
                ZkServer closedOurs = new ZkServer(
                        ZkServer.Kind.tested(), home.resolve("closed-ours"), "4lw.commands.whitelist=srvr")) {
            for (String word : List.of("mntr", "ruok", "stat", "wchp"))
                assertThat(closedOurs.word(word)).isEqualTo(closedOriginal.word(word));
        }
    }
}
