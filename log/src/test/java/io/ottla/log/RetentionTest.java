package io.ottla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Old segments go by time, by size and by DeleteRecords, and never what is not committed. */
class RetentionTest {
    private LogBench bench;
    private final Map<String, String> config = new HashMap<>();

    @BeforeEach
    void open(@TempDir Path folder) {
        bench = new LogBench(folder);
        config.put("segment.bytes", "1000");
        config.put("retention.ms", "-1");
        bench.config = config;
    }

    private void fill() {
        bench.open();
        for (int i = 0; i < 100; i++) {
            bench.disk.nowMs += 1_000;
            bench.append("value number " + i);
        }
        bench.disk.run();
    }

    private void retain() {
        bench.log.configure(LogConfig.of(config));
        bench.disk.nowMs += 300_000;
        bench.logs.tick(bench.disk.nowMs);
        bench.disk.run();
    }

    private List<String> names() {
        return List.of(bench.partition().toFile().list());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void byTime(boolean afterARestart) {
        fill();
        if (afterARestart) bench.stop().open();
        config.put("retention.ms", Long.toString(300_000 + 50_000));
        retain();
        long start = bench.log.startOffset();
        assertThat(start).isBetween(30L, 50L);
        assertThat(bench.log.segments().firstKey()).isEqualTo(start);
        assertThat(bench.values().getFirst()).isEqualTo("value number " + start);
        bench.kill().open();
        assertThat(bench.log.startOffset()).isEqualTo(start);
    }

    @Test
    void byTimeTheActiveSegmentGoesToo() {
        fill();
        config.put("retention.ms", "1000");
        retain();
        assertThat(bench.log.startOffset()).isEqualTo(100);
        assertThat(bench.log.endOffset()).isEqualTo(100);
        assertThat(bench.append("next")).isEqualTo(100);
        bench.stop().open();
        assertThat(bench.values()).containsExactly("next");
    }

    @Test
    void bySize() {
        fill();
        long size = bench.log.sizeBytes();
        config.put("retention.bytes", Long.toString(size / 2));
        retain();
        assertThat(bench.log.sizeBytes()).isBetween(size / 2, size / 2 + 1000);
    }

    @Test
    void deletedRecordsStayDeletedWhateverHappensOnceThatWasSaid() {
        fill();
        List<Outcome<Void>> outcomes = new ArrayList<>();
        bench.log.deleteRecordsBefore(30, outcomes::add);
        bench.log.deleteRecordsBefore(55, outcomes::add);
        bench.disk.run();
        assertThat(outcomes).hasSize(2).allMatch(outcome -> outcome instanceof Outcome.Done<Void>);
        bench.kill().open();
        assertThat(bench.log.startOffset()).isEqualTo(55);
    }

    @Test
    void byDeleteRecordsAlsoWithoutTheDeletePolicy() {
        config.put("cleanup.policy", "");
        fill();
        bench.log.deleteRecordsBefore(55);
        assertThat(bench.read(54, 100)).isEqualTo(new Read.OffsetOutOfRange(55, 100));
        retain();
        assertThat(bench.log.segments().firstKey()).isBetween(40L, 55L);
        assertThat(bench.log.startOffset()).isEqualTo(55);
        bench.log.deleteRecordsBefore(50); // never back
        assertThat(bench.log.startOffset()).isEqualTo(55);
        bench.kill().open();
        assertThat(bench.log.startOffset()).isEqualTo(55);
        assertThat(bench.values()).hasSize(45);
    }

    @Test
    void nothingAboveTheHighWatermark() throws Exception {
        bench.open();
        for (int i = 0; i < 100; i++) {
            bench.log.append(bench.disk.nowMs, LogBench.batch(1, "value number " + i), AppendOrigin.CLIENT, 0);
            if (i < 40) bench.log.highWatermark(i + 1);
        }
        config.put("retention.bytes", "0");
        retain();
        assertThat(bench.log.startOffset()).isBetween(25L, 40L);
    }

    @Test
    void aReaderFinishesWhatItBeganThoughTheSegmentGoes() {
        fill();
        Read read = bench.read(0, 100);
        config.put("retention.bytes", "0");
        retain();
        assertThat(bench.records(read, 0).getFirst().value()).isEqualTo("value number 0");
    }

    @Test
    void itReachesPartitionsThatNobodyHasOpened() {
        fill();
        bench.stop().start();
        config.put("retention.bytes", "0");
        bench.disk.opened.clear();
        retainUnopened();
        assertThat(bench.disk.opened).noneMatch(path -> path.startsWith(bench.partition()));
        bench.logs.wanted(tp -> java.util.Optional.of(new Logs.Wanted(LogBench.ID, LogConfig.of(config))));
        bench.logs.onOpened(log -> log.highWatermark(log.checkpointedHighWatermark()));
        retainUnopened();
        retainUnopened();
        assertThat(bench.logs.get(LogBench.TP).orElseThrow().startOffset()).isEqualTo(100);
    }

    private void retainUnopened() {
        bench.disk.nowMs += 300_000;
        bench.logs.tick(bench.disk.nowMs);
        bench.disk.run();
    }

    @Test
    void filesAreDeletedAfterTheDelay() {
        config.put("file.delete.delay.ms", "5000");
        fill();
        int files = names().size();
        config.put("retention.bytes", "0");
        retain();
        assertThat(names().stream().filter(name -> name.endsWith(".deleted")).count())
                .isGreaterThan(10);
        bench.disk.nowMs += 6_000;
        bench.logs.tick(bench.disk.nowMs);
        bench.disk.run();
        assertThat(names()).noneMatch(name -> name.endsWith(".deleted"));
        assertThat(names().size()).isLessThan(files / 2);
    }
}
