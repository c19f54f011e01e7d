package io.ottla.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** Each benchmark runs, once and shortly: a benchmark that nobody runs does not rot. Says nothing of how fast anything is. */
class BenchmarksRunTest {
    @Test
    void eachRuns() throws Exception {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include("io\\.ottla\\.bench\\..*")
                        .forks(0)
                        .warmupIterations(0)
                        .measurementIterations(1)
                        .measurementTime(TimeValue.milliseconds(10))
                        .shouldFailOnError(true)
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();
        TreeSet<String> ran = new TreeSet<>();
        for (RunResult result : results) {
            String name = result.getParams().getBenchmark();
            ran.add(name.substring("io.ottla.bench.".length()));
            assertThat(result.getPrimaryResult().getScore()).as(name).isPositive();
        }
        assertThat(ran)
                .isEqualTo(new TreeSet<>(List.of(
                        "AppendBenchmark.append",
                        "DecodeBenchmark.fetch",
                        "DecodeBenchmark.produce",
                        "KeeperBenchmark.get",
                        "KeeperBenchmark.setAndSync",
                        "ReadBenchmark.lookUpByChance",
                        "ReadBenchmark.planAtTheEnd",
                        "ReadBenchmark.planInSequence",
                        "ValidateBenchmark.validate")));
    }
}
