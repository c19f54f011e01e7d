package io.ottla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.base.TopicPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.kafka.common.errors.CorruptRecordException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Directories as tools, copies that broke off, and tired operators leave them: from a seed, some files of one partition are emptied, cut, made longer, deleted,
 * replaced by directories, or joined by files that are not ours. The other partition is always served, and this one is, or says why not; twice.
 */
class OddDirectoryTest {
    private static final TopicPartition OTHER = new TopicPartition("other", 3);
    private static final int RECORDS = 60;

    @TempDir
    private Path folder;

    private LogBench bench;

    private void fill() {
        bench = new LogBench(folder);
        bench.config = Map.of("segment.bytes", "700", "index.interval.bytes", "100");
        bench.open();
        for (int i = 0; i < RECORDS; i++) bench.append("value number " + i);
        Log first = bench.log;
        bench.log = bench.opened(OTHER);
        for (int i = 0; i < RECORDS; i++) bench.append("other number " + i);
        bench.disk.run();
        bench.log = first;
    }

    private Outcome<Log> tryOpen(TopicPartition tp) {
        List<Outcome<Log>> outcomes = new ArrayList<>();
        bench.logs.open(tp, LogBench.ID, LogConfig.of(bench.config), outcomes::add);
        bench.disk.run();
        assertThat(outcomes).hasSize(1);
        return outcomes.getFirst();
    }

    private void otherIsServed() {
        assertThat(bench.logs.dirs().getFirst().failure()).isEmpty();
        bench.log = bench.opened(OTHER);
        assertThat(bench.values()).hasSizeGreaterThanOrEqualTo(RECORDS);
        bench.append("one more");
    }

    private static LongStream seeds() {
        return LongStream.range(0, Integer.getInteger("seeds", 60));
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whateverBecameOfOneTheOthersAreServed(long seed) throws Exception {
        fill();
        SeededRandom random = new SeededRandom(seed);
        if (random.chance(0.5)) bench.stop();
        else bench.kill();
        List<Path> files = files();
        for (int i = random.nextInt(5); i >= 0; i--) makeOdd(files.get(random.nextInt(files.size())), random);
        for (int start = 0; start < 2; start++) {
            bench.start();
            Outcome<Log> outcome = tryOpen(LogBench.TP);
            switch (outcome) {
                case Outcome.Done<Log>(Log log) -> {
                    bench.log = log;
                    bench.log.highWatermark(log.endOffset());
                    long at = log.startOffset();
                    while (at < log.endOffset()) {
                        if (!(bench.read(at, 10_000) instanceof Read.Slice slice) || slice.isEmpty()) break;
                        try {
                            for (LogBench.Seen seen : bench.records(slice, at))
                                assertThat(seen.value()).matches("value number " + seen.offset() + "|added");
                        } catch (CorruptRecordException damaged) {
                            break; // the consumer finds it by the checksum
                        }
                        at = slice.nextOffset();
                    }
                    bench.offsetForTime(OffsetLookup.MAX_TIMESTAMP);
                    bench.append("added");
                }
                case Outcome.Failed<Log>(IOException cause) -> {
                    assertThat(cause).isInstanceOf(UnopenableLog.class);
                    assertThat(cause.getMessage()).contains(bench.partition().toString());
                }
            }
            otherIsServed();
            bench.disk.nowMs += 1_000;
            bench.logs.tick(bench.disk.nowMs);
            bench.disk.run();
            bench.logs.closeCleanly(1, stopped -> {});
            bench.disk.run();
            bench.logs.dirs().forEach(LogDir::close);
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> all = Files.list(bench.partition())) {
            return all.sorted().toList();
        }
    }

    private static void makeOdd(Path file, SeededRandom random) throws IOException {
        if (!Files.isRegularFile(file)) return;
        byte[] content = Files.readAllBytes(file);
        switch (random.nextInt(7)) {
            case 0 -> Files.write(file, new byte[0]);
            case 1 -> Files.write(file, Arrays.copyOf(content, random.nextInt(content.length + 1)));
            case 2 -> Files.write(file, Arrays.copyOf(content, content.length + 1 + random.nextInt(5000)));
            case 3 -> Files.delete(file);
            case 4 -> {
                Files.delete(file);
                Files.createDirectory(file);
                if (random.chance(0.5)) Files.createDirectory(file.resolve("x"));
            }
            case 5 -> {
                byte[] noise = new byte[random.nextInt(300)];
                for (int i = 0; i < noise.length; i++) noise[i] = (byte) random.nextInt(256);
                Files.write(file, noise);
            }
            default -> {
                String name = file.getFileName().toString();
                String stranger = random.chance(0.5)
                        ? name + ".bak"
                        : "0000000000000000" + (1000 + random.nextInt(9000))
                                + name.substring(Math.max(0, name.lastIndexOf('.')));
                Files.write(file.resolveSibling(stranger), content);
            }
        }
    }

    @Test
    void aFileThatHasThePlaceOfADirectory() throws Exception {
        fill();
        bench.stop();
        try (Stream<Path> all = Files.walk(bench.partition())) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) Files.delete(path);
        }
        Files.write(bench.partition(), new byte[] {1, 2, 3});
        bench.start();
        assertThat(tryOpen(LogBench.TP)).isInstanceOf(Outcome.Failed.class);
        otherIsServed();
    }

    @Test
    void afterAnUncleanStopOneThatCannotBeReadKeepsNobodyWaiting() throws Exception {
        fill();
        bench.kill();
        Files.delete(bench.partition().resolve("00000000000000000000.log"));
        Files.createDirectory(bench.partition().resolve("00000000000000000000.log"));
        bench.settings = bench.settings.with(new LogSettings.Finishing(1_000, 64));
        bench.start();
        for (int second = 0; second < 5; second++) {
            bench.disk.nowMs += 1_000;
            bench.logs.tick(bench.disk.nowMs);
            bench.disk.run();
        }
        assertThat(bench.logs.unrecovered()).containsExactly(LogBench.TP);
        otherIsServed();
        // put right again
        Files.delete(bench.partition().resolve("00000000000000000000.log"));
        bench.disk.nowMs += 60_000;
        bench.logs.tick(bench.disk.nowMs);
        bench.disk.run();
        assertThat(bench.logs.unrecovered()).isEmpty();
    }
}
