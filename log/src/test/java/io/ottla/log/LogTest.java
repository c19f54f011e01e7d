package io.ottla.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Appending, reading, rolling, stopping and starting one log. */
class LogTest {
    private LogBench bench;

    @BeforeEach
    void open(@TempDir Path folder) {
        bench = new LogBench(folder);
    }

    @Test
    void whatIsAppendedIsRead() {
        bench.open();
        assertThat(bench.append("a", "b")).isEqualTo(0);
        assertThat(bench.append("c")).isEqualTo(2);
        assertThat(bench.log.endOffset()).isEqualTo(3);
        assertThat(bench.values()).containsExactly("a", "b", "c");
        assertThat(bench.records(bench.read(1, 1), 0))
                .extracting(LogBench.Seen::value)
                .containsExactly("a", "b");
        assertThat(bench.read(4, 1)).isEqualTo(new Read.OffsetOutOfRange(0, 3));
        assertThat(((Read.Slice) bench.read(3, 1)).isEmpty()).isTrue();
    }

    @Test
    void aCleanStopLeavesAllAndTouchesNothingAtTheNextStart() {
        bench.open();
        bench.append("a", "b");
        bench.append("c");
        bench.stop().start();
        assertThat(bench.disk.opened).noneMatch(path -> path.startsWith(bench.partition()));
        bench.open();
        assertThat(bench.log.flushedOffset()).isEqualTo(3);
        assertThat(bench.values()).containsExactly("a", "b", "c");
        bench.append("d");
        assertThat(bench.values()).containsExactly("a", "b", "c", "d");
    }

    @Test
    void anUncleanStopLeavesAllThatWasWritten() {
        bench.open();
        bench.append("a", "b");
        bench.append("c");
        bench.kill().open();
        assertThat(bench.values()).containsExactly("a", "b", "c");
    }

    @Test
    void segmentsRollBySize() {
        bench.config = Map.of("segment.bytes", "1024", "index.interval.bytes", "128");
        bench.open();
        for (int i = 0; i < 200; i++) bench.append("value " + i);
        bench.disk.run();
        assertThat(bench.log.segments().size()).isGreaterThan(10);
        assertThat(bench.all(0, 300)).hasSize(200);
        assertThat(bench.all(77, 1)).hasSize(123);
        bench.stop().open();
        assertThat(bench.all(0, 300)).hasSize(200);
        bench.kill().open();
        assertThat(bench.all(0, 300)).hasSize(200);
    }
}
