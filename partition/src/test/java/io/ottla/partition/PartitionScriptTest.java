package io.ottla.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.TopicPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Golden scripts: each block is a command, then what the partition wants done and where it stands. {@code
 * -Dtest.args=-Drewrite=true} writes the scripts anew; review the difference.
 *
 * <p>Commands: {@code open start end flushed hw}, {@code configure min-isr flush-messages}, {@code lead epoch
 * version replicas isr}, {@code append id first last acks deadline end flushed},
 * {@code unstable at}, {@code flushed to}, {@code
 * fetched replica to}, {@code expire now}, {@code resign}, {@code fail}, {@code check epoch acks}.
 */
class PartitionScriptTest {
    private static final Path SCRIPTS = Path.of("src/test/resources/io/ottla/partition");

    @TestFactory
    Stream<DynamicTest> scripts() throws IOException {
        List<Path> files;
        try (Stream<Path> list = Files.list(SCRIPTS)) {
            files = list.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .toList();
        }
        assertThat(files).isNotEmpty();
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
    }

    private static void check(Path file) throws IOException {
        String script = Files.readString(file);
        String actual = new Script().run(script);
        if (Boolean.getBoolean("rewrite")) Files.writeString(file, actual);
        assertThat(actual).isEqualTo(Files.readString(file));
    }

    private static final class Script {
        private final Partition partition = new Partition(new TopicPartition("t", 0), 1);
        private final List<String> output = new ArrayList<>();

        String run(String script) {
            StringBuilder all = new StringBuilder();
            for (String block : script.split("\n\n", -1)) {
                List<String> lines = block.lines().toList();
                List<String> given = lines.stream()
                        .takeWhile(line -> !line.startsWith("----"))
                        .toList();
                output.clear();
                boolean command = false;
                for (String line : given) {
                    all.append(line).append('\n');
                    if (line.isBlank() || line.startsWith("#")) continue;
                    command = true;
                    step(line);
                }
                if (command) {
                    all.append("----\n");
                    output.forEach(line -> all.append(line).append('\n'));
                    all.append(state()).append('\n');
                }
                all.append('\n');
            }
            return all.toString().stripTrailing() + "\n";
        }

        private String state() {
            String role = switch (partition.role()) {
                case Role.Leader(Leadership now) -> "leader of " + now.leaderEpoch() + " isr " + now.isr();
                case Role.Resigned() -> "resigned";
                case Role.Failed() -> "failed";
            };
            return role + ", hw " + partition.highWatermark() + " lso " + partition.lastStableOffset() + " parked "
                    + partition.parkedAppends()
                    + (partition.nextDeadlineMs() == Long.MAX_VALUE ? "" : " until " + partition.nextDeadlineMs())
                    + (partition.isHighWatermarkSettled() ? "" : " unsettled");
        }

        private void step(String line) {
            String[] words = line.trim().split(" +", -1);
            Map<String, String> args = new HashMap<>();
            for (String word : Arrays.asList(words).subList(1, words.length)) {
                int at = word.indexOf('=');
                args.put(word.substring(0, at), word.substring(at + 1));
            }
            switch (words[0]) {
                case "open" ->
                    partition.opened(
                            number(args, "start", 0),
                            number(args, "end", 0),
                            number(args, "flushed", number(args, "end", 0)),
                            number(args, "hw", 0),
                            this::effect);
                case "configure" ->
                    partition.configure(
                            (int) number(args, "min-isr", 1),
                            number(args, "flush-messages", Long.MAX_VALUE),
                            this::effect);
                case "lead" ->
                    partition.lead(
                            new Leadership(
                                    (int) number(args, "epoch", 0),
                                    (int) number(args, "version", 0),
                                    ids(args.get("replicas")),
                                    ids(args.get("isr"))),
                            this::effect);
                case "append" -> {
                    long last = number(args, "last", 0);
                    AppendAnswer.Appended answer = new AppendAnswer.Appended(number(args, "first", last), last, -1, 0);
                    partition.appended(
                            answer,
                            (short) number(args, "acks", -1),
                            number(args, "deadline", 1000),
                            got -> output.add("answer " + args.get("id") + ": " + show(got)),
                            number(args, "end", last + 1),
                            number(args, "flushed", 0),
                            this::effect);
                }
                case "unstable" -> partition.firstUnstableOffset(number(args, "at", -1));
                case "flushed" -> partition.flushed(number(args, "to", 0), this::effect);
                case "fetched" ->
                    partition.fetchedUpTo((int) number(args, "replica", 0), number(args, "to", 0), this::effect);
                case "expire" -> partition.expire(number(args, "now", 0), this::effect);
                case "resign" -> partition.resign(this::effect);
                case "fail" -> partition.fail(this::effect);
                case "check" -> {
                    output.add("leader: " + partition.checkLeader((int) number(args, "epoch", -1)));
                    output.add("append: " + partition.checkAppend((short) number(args, "acks", -1)));
                }
                default -> throw new IllegalArgumentException(line);
            }
        }

        private void effect(PartitionEffect effect) {
            switch (effect) {
                case PartitionEffect.Answer(var to, var answer) -> to.accept(answer);
                case PartitionEffect.Flush() -> output.add("flush");
                case PartitionEffect.Committed(var highWatermark) -> output.add("committed " + highWatermark);
                case PartitionEffect.Changed() -> output.add("changed");
            }
        }

        private static String show(AppendAnswer answer) {
            return switch (answer) {
                case AppendAnswer.Appended(long first, long last, long time, long start) -> first + ".." + last;
                case AppendAnswer.Refused(var error, var message, var records, long start) -> error.name();
            };
        }

        private static long number(Map<String, String> args, String name, long otherwise) {
            return args.containsKey(name) ? Long.parseLong(args.get(name)) : otherwise;
        }

        private static List<Integer> ids(String text) {
            return Arrays.stream(text.split(",", -1)).map(Integer::valueOf).toList();
        }
    }
}
