package io.ottla.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.node.StartResult;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands against a node that runs, as a person types them: what is printed, and with which exit status it ends. */
class CommandsTest {
    @TempDir
    static Path folder;

    private static NodeProcess node;
    private static String broker;

    @BeforeAll
    static void start() throws Exception {
        List<String> overrides = List.of(
                "listeners=PLAINTEXT://127.0.0.1:0",
                "log.dirs=" + folder.resolve("kafka"),
                "dataDir=" + folder.resolve("zookeeper"),
                "group.initial.rebalance.delay.ms=0",
                "offsets.topic.num.partitions=1");
        node = new NodeProcess(StartCommand.config(new ConfigFile(null, overrides)));
        var started = (StartResult.Started) node.start();
        broker = "127.0.0.1:" + started.advertised().get("PLAINTEXT").port();
    }

    @AfterAll
    static void stop() throws Exception {
        assertThat(node.stop()).isTrue();
    }

    /** What a command said, and how it ended. */
    private record Said(int status, String out, String err) {
        Said succeeds() {
            assertThat(status).as(this::toString).isZero();
            return this;
        }

        void fails(String... sentence) {
            assertThat(status).as(this::toString).isEqualTo(1);
            assertThat(err)
                    .startsWith("ottla: ")
                    .contains(sentence)
                    .doesNotContain("\tat ")
                    .hasLineCount(1);
        }
    }

    private static Said run(String... arguments) {
        return runWith("", arguments);
    }

    /** Standard streams belong to the process, so one at a time. */
    private static synchronized Said runWith(String input, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        if (!all.contains("-b")) all.addAll(List.of("-b", broker));
        InputStream in = System.in;
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        ByteArrayOutputStream complained = new ByteArrayOutputStream();
        try {
            System.setIn(new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)));
            System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
            System.setErr(new PrintStream(complained, true, StandardCharsets.UTF_8));
            int status = Main.run(all.toArray(String[]::new));
            System.out.flush();
            return new Said(status, said.toString(StandardCharsets.UTF_8), withoutLog(complained));
        } finally {
            System.setIn(in);
            System.setOut(out);
            System.setErr(err);
        }
    }

    /** The node runs in this process, and its log goes to the same standard error. */
    private static String withoutLog(ByteArrayOutputStream complained) {
        return complained
                .toString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.matches("\\d{4}-\\d\\d-\\d\\d .*"))
                .map(line -> line + "\n")
                .collect(Collectors.joining());
    }

    @Test
    void aTopicsLife() {
        assertThat(run("topic", "create", "life", "-p", "2", "-c", "retention.ms=1000")
                        .succeeds()
                        .out())
                .isEqualTo("Created topic life with 2 partitions.\n");
        assertThat(run("topic", "list").succeeds().out()).containsPattern("life +2 +1 ");
        assertThat(run("topic", "list", "--json").succeeds().out()).contains("{\"topic\":\"life\",\"partitions\":2,");
        assertThat(run("topic", "alter", "life", "-p", "3", "-u", "retention.ms", "-c", "flush.ms=5")
                        .succeeds()
                        .out())
                .isEqualTo("Altered topic life.\n");
        assertThat(run("topic", "describe", "life").succeeds().out())
                .contains("life   2 ", "  flush.ms=5")
                .doesNotContain("retention.ms");
        assertThat(run("topic", "delete", "life").succeeds().out()).isEqualTo("Deleted topic life.\n");
        run("topic", "describe", "life").fails("describing topic life", "no such topic");
        run("topic", "delete", "life").fails("deleting topic life", "no such topic");
    }

    @Test
    void producingNothingIsAMistake() throws Exception {
        run("topic", "create", "nothing").succeeds();
        runWith("", "produce", "nothing").fails("There was nothing on standard input", "nothing was sent to nothing");
        Path empty = Files.writeString(folder.resolve("empty.txt"), "");
        run("produce", "nothing", "--file", empty.toString()).fails("There is nothing in " + empty);
        assertThat(runWith("\n", "produce", "nothing").succeeds().err()).startsWith("1 records, ");
        run("topic", "delete", "nothing").succeeds();
    }

    @Test
    void recordsGoInAndComeOutAsTheyWere() {
        run("topic", "create", "records").succeeds();
        assertThat(runWith("k1:v1\nk2:\n", "produce", "records", "-k", ":", "-H", "a=1")
                        .succeeds()
                        .err())
                .startsWith("2 records, ");
        assertThat(runWith(
                                "{\"key\":null,\"value\":null,\"headers\":{\"b\":[\"1\",null,{\"hex\":\"ff00\"}]},\"timestamp\":7}\n"
                                        + "{\"keyHex\":\"80\",\"valueHex\":\"fffe\"}\n",
                                "produce",
                                "records",
                                "-f",
                                "json")
                        .succeeds()
                        .err())
                .startsWith("2 records, ");
        String json = run("consume", "records", "--to-end", "--json").succeeds().out();
        assertThat(json.lines().map(line -> line.replaceFirst("\"timestamp\":1\\d{9,}", "\"timestamp\":0")))
                .containsExactly(
                        line(0, 0, "\"key\":\"k1\",\"value\":\"v1\",\"headers\":{\"a\":\"1\"}"),
                        line(1, 0, "\"key\":\"k2\",\"value\":\"\",\"headers\":{\"a\":\"1\"}"),
                        line(2, 7, "\"key\":null,\"value\":null,\"headers\":{\"b\":[\"1\",null,{\"hex\":\"ff00\"}]}"),
                        line(3, 0, "\"keyHex\":\"80\",\"valueHex\":\"fffe\",\"headers\":{}"));
        // what was printed can be produced again, and is the same
        run("topic", "create", "copies").succeeds();
        runWith(json, "produce", "copies", "-f", "json").succeeds();
        assertThat(run("consume", "copies", "--to-end", "--json").succeeds().out())
                .isEqualTo(json.replace("\"records\"", "\"copies\""));
        assertThat(run("consume", "records", "--to-end", "-k", "-n", "1")
                        .succeeds()
                        .out())
                .isEqualTo("k1\tv1\n");
        assertThat(run("consume", "records", "--to-end", "-k", "-f", "hex", "--from", "1")
                        .succeeds()
                        .out())
                .isEqualTo("6b32\t\n\t\n80\tfffe\n");
        assertThat(run("consume", "records", "--to-end", "--from", "@8")
                        .succeeds()
                        .out())
                .startsWith("v1\n");
    }

    private static String line(int offset, int timestamp, String rest) {
        return "{\"topic\":\"records\",\"partition\":0,\"offset\":" + offset + ",\"timestamp\":" + timestamp + ","
                + rest + "}";
    }

    @Test
    void anOffsetThatIsNotThereIsSaid() {
        run("topic", "create", "few").succeeds();
        runWith("a\nb\n", "produce", "few").succeeds();
        Said beyond = run("consume", "few", "--to-end", "--from", "99").succeeds();
        assertThat(beyond.out()).isEmpty();
        assertThat(beyond.err()).contains("few-0 ends at offset 2, so it is read from there, not from 99");
    }

    @Test
    void aGroupsLife() {
        run("topic", "create", "work", "-p", "2").succeeds();
        runWith("a\nb\nc\n", "produce", "work", "-p", "1").succeeds();
        assertThat(run("consume", "work", "-g", "workers", "--to-end")
                        .succeeds()
                        .out())
                .isEqualTo("a\nb\nc\n");
        assertThat(run("group", "list").succeeds().out()).containsPattern("workers +Empty +Classic +consumer");
        assertThat(run("group", "describe", "workers").succeeds().out())
                .contains("Group workers: Empty, 0 members")
                .containsPattern("work +1 +3 +3 +0 +- ");
        assertThat(run("group", "reset", "workers", "-t", "work", "--to", "1", "--dry-run", "--json")
                        .succeeds()
                        .out())
                .isEqualTo("{\"topic\":\"work\",\"partition\":0,\"offset\":0}\n"
                        + "{\"topic\":\"work\",\"partition\":1,\"offset\":1}\n");
        run("group", "reset", "workers", "-t", "work", "-p", "1", "--to", "2").succeeds();
        assertThat(run("consume", "work", "-g", "workers", "--to-end")
                        .succeeds()
                        .out())
                .isEqualTo("c\n");
        run("group", "reset", "workers", "-t", "work", "-p", "7", "--to", "end").fails("no partition 7");
        run("group", "reset", "workers", "-t", "work", "--to", "99999999999999999999")
                .fails("--to takes beginning, end, an offset or @MILLISECONDS");
        run("group", "reset", "workers", "-t", "nowhere", "--to", "end").fails("no such topic");
        assertThat(run("group", "delete", "workers").succeeds().out()).isEqualTo("Deleted group workers.\n");
        run("group", "delete", "workers").fails("workers");
        run("group", "describe", "workers").fails("workers");
    }

    @Test
    void aResetDoesNotGoBeforeTheFirstOffset() {
        run("topic", "create", "trimmed").succeeds();
        runWith("a\nb\nc\n", "produce", "trimmed").succeeds();
        run("group", "reset", "late", "-t", "trimmed", "--to", "99").succeeds();
        assertThat(run("group", "describe", "late").succeeds().out()).containsPattern("trimmed +0 +3 +3 +0");
    }

    @Test
    void askingForATopicDoesNotMakeIt() {
        run("consume", "nowhere", "--to-end").fails("There is no topic nowhere");
        run("consume", "nowhere", "--to-end", "-g", "any").fails("There is no topic nowhere");
        assertThat(run("topic", "list").succeeds().out()).doesNotContain("nowhere");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "topic create a/b | a/b",
                "topic create x -r 3 | 1 broker",
                "topic create x -c nosuch=1 | nosuch",
                "topic alter x | Nothing to alter",
                "consume __consumer_offsets2 | There is no topic",
                "consume x --from xyz | --from takes",
                "consume x --from @-5 | --from takes",
                "consume x --from -5 | --from takes",
                "group reset g -t x --to @-2 | --to takes",
                "group reset g -t x --to @ | --to takes",
                "consume x -g g --from 3 | A group decides",
                "produce x --file /nowhere/at/all | there is no file /nowhere/at/all",
                "produce x --file /tmp | the file /tmp cannot be read",
                "produce x --acks 7 | acks",
                "produce x --compression bogus | compression",
                "topic list --client-config /nowhere/at/all | there is no file /nowhere/at/all",
                "topic list -X request.timeout.ms=soon | request.timeout.ms",
            })
    void whatCannotBeDoneIsASentence(String command, String sentence) {
        if (command.startsWith("consume x"))
            run("topic", "create", "x", "--if-not-exists").succeeds();
        run(command.split(" ", -1)).fails(sentence);
    }

    @Test
    void aClientConfigThatIsNoneIsASentence(@TempDir Path own) throws Exception {
        Path broken = Files.writeString(own.resolve("broken"), "client.id=\\u00zz");
        run("topic", "list", "--client-config", broken.toString()).fails(broken + " cannot be read");
        Path binary = Files.write(own.resolve("binary"), new byte[3]);
        run("topic", "list", "--client-config", binary.toString()).fails(binary + " is not a text file");
    }

    @Test
    void aLineThatIsNoRecordIsCountedAndWhatStandsBeforeItIsSent() {
        run("topic", "create", "half").succeeds();
        runWith("k:v\nno key\nk:w\n", "produce", "half", "-k", ":")
                .fails("Line 2 is no record: it has no key separator. Of the 1 records before it, 1 are stored.");
        assertThat(run("consume", "half", "--to-end").succeeds().out()).isEqualTo("v\n");
    }

    /** As of a pipe whose reader is gone, or a disk that is full: nothing is read on for nothing, and nothing is committed. */
    @Test
    void aConsumerWhoseOutputIsGoneEndsAndCommitsNothing() {
        run("topic", "create", "unread").succeeds();
        runWith("a\nb\n", "produce", "unread").succeeds();
        PrintStream out = System.out;
        try {
            System.setOut(new PrintStream(new OutputStream() {
                @Override
                public void write(int one) throws IOException {
                    throw new IOException("Broken pipe");
                }
            }));
            Main.run("consume", "unread", "--from", "beginning", "-b", broker);
            Main.run("consume", "unread", "-g", "gone", "-b", broker);
        } finally {
            System.setOut(out);
        }
        assertThat(run("consume", "unread", "-g", "gone", "--to-end").succeeds().out())
                .isEqualTo("a\nb\n");
    }

    @Test
    void aPartitionThatIsNotThereIsSaidAtOnce() {
        run("topic", "create", "narrow").succeeds();
        runWith("a\n", "produce", "narrow", "-p", "9").fails("Topic narrow has no partition 9");
        run("consume", "narrow", "-p", "9", "--to-end").fails("Topic narrow has no partition 9");
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "no.such.host.invalid:9092", "localhost:"})
    void anAddressThatIsNoneIsASentence(String address) {
        run("topic", "list", "-b", address).fails(address.contains(".") ? "bootstrap" : address);
        run("group", "list", "-b", address).fails("");
        run("consume", "x", "-b", address).fails("");
        runWith("a\n", "produce", "x", "-b", address).fails("");
    }

    @Test
    void whereNobodyAnswersNobodyIsAskedForLong() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String address = "127.0.0.1:" + silent.getLocalPort();
            run("topic", "list", "-b", address, "-X", "default.api.timeout.ms=300", "-X", "request.timeout.ms=300")
                    .fails("No answer from " + address, "ottla start");
        }
    }

    @Test
    void eachOfSeveralNamesHasItsLineAndTheStatusTells() {
        run("topic", "create", "there").succeeds();
        Said said = run("topic", "create", "one", "there", "two");
        assertThat(said.status()).isEqualTo(1);
        assertThat(said.out()).isEqualTo("Created topic one with 1 partition.\nCreated topic two with 1 partition.\n");
        assertThat(said.err()).hasLineCount(1).contains("creating topic there", "already exists");
        Said told = run("topic", "delete", "one", "gone", "two", "--json");
        assertThat(told.status()).isEqualTo(1);
        assertThat(told.out().lines())
                .satisfiesExactly(
                        line -> assertThat(line).isEqualTo("{\"topic\":\"one\",\"deleted\":true}"),
                        line -> assertThat(line)
                                .startsWith("{\"topic\":\"gone\",\"error\":\"Failed deleting topic gone"),
                        line -> assertThat(line).isEqualTo("{\"topic\":\"two\",\"deleted\":true}"));
        Said described = run("topic", "describe", "gone", "there");
        assertThat(described.status()).isEqualTo(1);
        assertThat(described.out()).startsWith("Topic there, id ");
        assertThat(described.err()).hasLineCount(1).contains("describing topic gone");
        run("topic", "delete", "there").succeeds();
    }

    @Test
    void jsonIsNeverEmpty() {
        assertThat(run("topic", "create", "json", "--json").succeeds().out())
                .startsWith("{\"topic\":\"json\",\"created\":true,\"partitions\":1,\"id\":");
        assertThat(run("topic", "create", "json", "--if-not-exists", "--json")
                        .succeeds()
                        .out())
                .isEqualTo("{\"topic\":\"json\",\"created\":false}\n");
        run("topic", "delete", "json").succeeds();
    }

    @Test
    void bytesGoThroughWithADelimiterOfOnesOwn() {
        run("topic", "create", "nul").succeeds();
        assertThat(runWith("a\nb\0c\r\0d", "produce", "nul", "-f", "raw", "-d", "\\0", "--json")
                        .succeeds()
                        .out())
                .isEqualTo("{\"topic\":\"nul\",\"records\":3}\n");
        assertThat(run("consume", "nul", "--to-end", "-f", "raw", "-d", "|\\x2d")
                        .succeeds()
                        .out())
                .isEqualTo("a\nb|-c\r|-d|-");
        assertThat(run("consume", "nul", "--to-end", "--tail", "1").succeeds().out())
                .isEqualTo("d\n");
        assertThat(runWith("1\n2\n3\n", "produce", "nul", "-n", "2").succeeds().err())
                .startsWith("2 records, ");
        assertThat(run("consume", "nul", "--tail", "2", "-n", "1").succeeds().out())
                .isEqualTo("1\n");
        run("consume", "nul", "--tail", "2", "--from", "end").fails("--tail and --from");
    }

    @Test
    void severalTopicsAreConsumedTogether() {
        run("topic", "create", "left", "right").succeeds();
        runWith("l\n", "produce", "left").succeeds();
        runWith("r\n", "produce", "right").succeeds();
        assertThat(run("consume", "left", "right", "--to-end").succeeds().out().lines())
                .containsExactlyInAnyOrder("l", "r");
        assertThat(run("consume", "left", "right", "-g", "both", "--to-end")
                        .succeeds()
                        .out()
                        .lines())
                .containsExactlyInAnyOrder("l", "r");
        run("consume", "left", "middle", "--to-end").fails("no topic middle");
    }

    /** Kafka's clients try for their whole time-out before they say so. */
    @Test
    void aRefusedConnectionIsToldAtOnce() {
        long startNs = System.nanoTime();
        run("topic", "list", "-b", "127.0.0.1:1").fails("Nobody listens at 127.0.0.1:1", "ottla start");
        run("consume", "x", "-b", "127.0.0.1:1,[::1]:1").fails("Nobody listens at 127.0.0.1:1,[::1]:1");
        runWith("a\n", "produce", "x", "-b", "127.0.0.1:1").fails("Nobody listens");
        assertThat(System.nanoTime() - startNs).isLessThan(9_000_000_000L); // each would take ten seconds
    }

    @Test
    void whatIsNotUnderstoodShowsTheUsage() {
        Said said = run("topic", "create", "x", "--partitions", "many");
        assertThat(said.status()).isEqualTo(2);
        assertThat(said.err()).contains("'many' is not an int", "Usage: ottla topic create", "Example:");
    }
}
