package io.ottla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.SeededRandom;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A log against a map of what it should hold, through whatever can happen to it, drawn by a seed. */
class ModelTest {
    private final TreeMap<Long, String> model = new TreeMap<>();
    private LogBench bench;
    private SeededRandom random;
    private long start;
    private long end;
    private int values;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aLogHoldsWhatItShould(long seed, @TempDir Path folder) {
        random = new SeededRandom(seed);
        bench = new LogBench(folder);
        bench.config = Map.of(
                "segment.bytes", Integer.toString(500 + random.nextInt(3000)),
                "index.interval.bytes", Integer.toString(1 + random.nextInt(600)),
                "segment.index.bytes", Integer.toString(48 + random.nextInt(200)),
                "file.delete.delay.ms", "0");
        bench.open();
        for (int step = 0; step < 400; step++) {
            step();
            assertThat(bench.log.startOffset()).isEqualTo(start);
            assertThat(bench.log.endOffset()).isEqualTo(end);
        }
        checkAll();
    }

    private void step() {
        bench.disk.nowMs += random.nextInt(50);
        bench.disk.cold = random.chance(0.2);
        switch (random.nextInt(20)) {
            case 0 -> {
                bench.disk.cold = false;
                checkAll();
                bench.stop().open();
            }
            case 1 -> {
                bench.disk.run();
                bench.kill().open();
            }
            case 2 -> truncate();
            case 3 -> {
                long offset = start + random.nextLong(end - start + 1);
                bench.log.deleteRecordsBefore(offset);
                start = Math.max(start, offset);
                model.headMap(offset).clear();
                saveStart();
            }
            case 4 -> {
                bench.disk.nowMs += 400_000;
                bench.logs.tick(bench.disk.nowMs);
                bench.disk.run();
            }
            case 5 -> bench.flush();
            case 6 -> failedAppend();
            case 7, 8, 9, 10 -> {
                if (end > start) checkFrom(start + random.nextLong(end - start));
            }
            default -> append();
        }
    }

    /** A DeleteRecords is kept by the next checkpoint. */
    private void saveStart() {
        bench.disk.run();
        bench.disk.nowMs += 1_000;
        bench.logs.tick(bench.disk.nowMs);
        bench.disk.run();
    }

    private void append() {
        String[] batch = new String[1 + random.nextInt(4)];
        for (int i = 0; i < batch.length; i++) batch[i] = "v" + values++ + "x".repeat(random.nextInt(80));
        if (random.chance(0.1)) bench.leaderEpoch++;
        assertThat(bench.append(batch)).isEqualTo(end);
        for (String value : batch) model.put(end++, value);
    }

    private void failedAppend() {
        bench.disk.writesUntilFault = 0;
        bench.disk.bytesOfFaultyWrite = random.nextInt(200);
        assertThat(bench.append(LogBench.batch(1, "lost".repeat(20)))).isInstanceOf(Append.Rejected.class);
        bench.disk.writesUntilFault = -1;
    }

    /** To a place between two batches, as a follower does. */
    private void truncate() {
        if (end == start) return;
        bench.disk.run();
        long to = start + random.nextLong(end - start);
        bench.log.truncateTo(bench.disk.nowMs, to, outcome -> {});
        bench.disk.run();
        end = bench.log.endOffset();
        assertThat(end).isLessThanOrEqualTo(to);
        model.tailMap(end, true).clear();
        start = Math.min(start, end);
        if (bench.log.startOffset() < start) start = bench.log.startOffset();
    }

    private void checkAll() {
        bench.disk.cold = false;
        List<String> expected = new ArrayList<>(model.values());
        assertThat(bench.values()).isEqualTo(expected);
    }

    private void checkFrom(long offset) {
        Read read = bench.read(offset, random.nextInt(1000));
        if (read instanceof Read.Cold) {
            List<io.ottla.base.Outcome<Read>> outcomes = new ArrayList<>();
            try {
                bench.log.readCold(offset, random.nextInt(1000), Long.MAX_VALUE, true, outcomes::add);
            } catch (java.io.IOException e) {
                throw new AssertionError(e);
            }
            bench.disk.run();
            read = LogBench.value(outcomes);
        }
        List<LogBench.Seen> seen = bench.records(read, offset);
        assertThat(seen).isNotEmpty();
        assertThat(seen.getFirst().offset()).isEqualTo(offset);
        for (LogBench.Seen each : seen) assertThat(each.value()).isEqualTo(model.get(each.offset()));
    }
}
