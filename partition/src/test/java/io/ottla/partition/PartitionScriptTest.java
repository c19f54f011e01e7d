package io.ottla.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.TopicPartition;
import io.ottla.log.EpochEnd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Golden scripts: each block is a command, then what the partition wants done and where it stands. {@code
 * -Dtest.args=-Drewrite=true} writes the scripts anew; review the difference.
 *
 * <p>Commands: {@code open start end flushed hw unstable latest}, {@code configure min-isr flush-messages lag}, {@code lead now
 * epoch version replicas isr}, {@code append now id first last acks deadline end flushed unstable}, {@code flushed to},
 * {@code fetched now replica broker-epoch epoch to} (the epoch is the leader's if it is not named), {@code isr version
 * written|refused|superseded|unknown} (the version of the proposal), {@code follow epoch version leader}, {@code copied hw start
 * end flushed unstable latest}, {@code diverged epoch to leader-epoch leader-end own-epoch own-end}, {@code truncated now
 * end flushed unstable latest}, {@code tick now}, {@code unassign}, {@code fail},
 * {@code check epoch acks replica to}. Times stay as they were named last.
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
        private final List<String> idsByToken = new ArrayList<>();
        private long nowMs;

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
            String isr = partition
                    .leadership()
                    .map(now -> " of " + now.leaderEpoch() + "." + now.partitionEpoch() + " isr " + now.isr())
                    .orElse("");
            return partition.role().name().toLowerCase(Locale.ROOT) + isr + ", hw " + partition.highWatermark()
                    + " lso " + partition.lastStableOffset() + " parked " + partition.parkedAppends()
                    + (partition.nextDeadlineMs() == Long.MAX_VALUE ? "" : " until " + partition.nextDeadlineMs())
                    + (partition.isHighWatermarkSettled() ? "" : " unsettled");
        }

        private void step(String line) {
            String[] words = line.trim().split(" +", -1);
            Map<String, String> args = new HashMap<>();
            for (String word : Arrays.asList(words).subList(1, words.length)) {
                int at = word.indexOf('=');
                args.put(at < 0 ? "answer" : word.substring(0, at), word.substring(at + 1));
            }
            nowMs = number(args, "now", nowMs);
            switch (words[0]) {
                case "check" -> {
                    int epoch = (int) number(args, "epoch", -1);
                    output.add("leader: " + partition.checkLeader(epoch));
                    if (args.containsKey("to"))
                        output.add("fetching: " + partition.isFetching(epoch, number(args, "to", 0)));
                    output.add("append: " + partition.checkAppend((short) number(args, "acks", -1)));
                    if (args.containsKey("replica"))
                        output.add("follower: " + partition.checkFollower((int) number(args, "replica", 0), epoch));
                }
                default -> partition.step(event(words[0], args), this::effect);
            }
        }

        private PartitionEvent event(String command, Map<String, String> args) {
            return switch (command) {
                case "open" ->
                    new PartitionEvent.Opened(
                            number(args, "start", 0),
                            number(args, "end", 0),
                            number(args, "flushed", number(args, "end", 0)),
                            number(args, "unstable", -1),
                            (int) number(args, "latest", 0),
                            number(args, "hw", 0));
                case "configure" ->
                    new PartitionEvent.Configured(new PartitionSettings(
                            (int) number(args, "min-isr", 1),
                            number(args, "flush-messages", Long.MAX_VALUE),
                            number(args, "lag", PartitionSettings.REPLICA_LAG_TIME_MAX_MS)));
                case "lead" ->
                    new PartitionEvent.Lead(
                            nowMs,
                            new Leadership(
                                    (int) number(args, "epoch", 0),
                                    (int) number(args, "version", 0),
                                    ids(args.get("replicas")),
                                    ids(args.get("isr"))));
                case "append" -> append(args);
                case "flushed" -> new PartitionEvent.Flushed(number(args, "to", 0));
                case "fetched" ->
                    new PartitionEvent.FetchedBy(
                            (int) number(args, "replica", 0),
                            number(args, "broker-epoch", 1),
                            (int) number(
                                    args,
                                    "epoch",
                                    partition
                                            .leadership()
                                            .map(Leadership::leaderEpoch)
                                            .orElse(0)),
                            number(args, "to", 0),
                            nowMs);
                case "isr" ->
                    new PartitionEvent.IsrWritten(
                            partition.leadership().map(Leadership::leaderEpoch).orElse(0),
                            (int) number(args, "version", 0),
                            switch (args.get("answer")) {
                                case "written" -> new IsrAnswer.Written((int) number(args, "version", 0) + 1);
                                case "refused" -> new IsrAnswer.Refused();
                                case "superseded" -> new IsrAnswer.Superseded();
                                case "unknown" -> new IsrAnswer.Unknown();
                                default -> throw new IllegalArgumentException(args.get("answer"));
                            });
                case "follow" ->
                    new PartitionEvent.Follow(
                            new Following((int) number(args, "epoch", 0), (int) number(args, "version", 0), (int)
                                    number(args, "leader", Following.NOBODY)));
                case "copied" ->
                    new PartitionEvent.Copied(
                            number(args, "hw", 0),
                            number(args, "start", 0),
                            number(args, "end", 0),
                            number(args, "flushed", 0),
                            number(args, "unstable", -1),
                            (int) number(args, "latest", 0));
                case "diverged" ->
                    new PartitionEvent.Diverged(
                            (int) number(args, "epoch", 0),
                            number(args, "to", 0),
                            new EpochEnd((int) number(args, "leader-epoch", -1), number(args, "leader-end", -1)),
                            new EpochEnd((int) number(args, "own-epoch", -1), number(args, "own-end", -1)));
                case "truncated" ->
                    new PartitionEvent.Truncated(
                            nowMs,
                            number(args, "end", 0),
                            number(args, "flushed", number(args, "end", 0)),
                            number(args, "unstable", -1),
                            (int) number(args, "latest", 0));
                case "tick" -> new PartitionEvent.Tick(nowMs);
                case "unassign" -> new PartitionEvent.Unassigned();
                case "fail" -> new PartitionEvent.LogDirFailed();
                default -> throw new IllegalArgumentException(command);
            };
        }

        private PartitionEvent append(Map<String, String> args) {
            long last = number(args, "last", 0);
            idsByToken.add(args.get("id"));
            return new PartitionEvent.Appended(
                    nowMs,
                    idsByToken.size() - 1L,
                    new AppendAnswer.Appended(number(args, "first", last), last, -1, 0),
                    (short) number(args, "acks", -1),
                    number(args, "deadline", 1000),
                    number(args, "end", last + 1),
                    number(args, "flushed", 0),
                    number(args, "unstable", -1));
        }

        private void effect(PartitionEffect effect) {
            output.add(
                    switch (effect) {
                        case PartitionEffect.Answer(long token, var answer) ->
                            "answer " + idsByToken.get((int) token) + ": " + show(answer);
                        case PartitionEffect.Flush() -> "flush";
                        case PartitionEffect.BeginEpoch(int epoch) -> "begin epoch " + epoch;
                        case PartitionEffect.Committed(long highWatermark) -> "committed " + highWatermark;
                        case PartitionEffect.Wake(var who) ->
                            "wake " + who.name().toLowerCase(Locale.ROOT);
                        case PartitionEffect.Fetch(int leader, int epoch, long offset, int lastEpoch) ->
                            "fetch from " + leader + " of " + epoch + " at " + offset + " after epoch " + lastEpoch;
                        case PartitionEffect.Truncate(long offset) -> "truncate to " + offset;
                        case PartitionEffect.DeleteBefore(long offset) -> "delete before " + offset;
                        case PartitionEffect.ProposeIsr(int epoch, int version, var isr) ->
                            "propose isr " + isr.stream().map(Script::show).toList() + " at " + epoch + "." + version;
                    });
        }

        private static String show(PartitionEffect.ProposeIsr.Member member) {
            return member.replicaId() + (member.brokerEpoch() < 0 ? "" : "@" + member.brokerEpoch());
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
