package io.ottla.bench;

import io.ottla.kafkaprotocol.Codec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A batch of 16 KB is validated, numbered and written into the page cache; rolls are part of it, syncs are not. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders", "-Xmx512m"})
public class AppendBenchmark {
    private static final int BATCH_BYTES = 16 * 1024;

    @Param({"NONE", "LZ4"})
    public Codec codec;

    private SampleLog log;
    private ByteBuffer sent;

    /** A new log for each iteration, which would else fill the disk. */
    @Setup(Level.Iteration)
    public void open() {
        log = new SampleLog();
        sent = SampleBatches.direct(SampleBatches.batch(codec, 1000, BATCH_BYTES));
    }

    @Benchmark
    public void append() throws IOException {
        log.append(SampleBatches.unnumbered(sent));
    }

    @TearDown(Level.Iteration)
    public void close() {
        log.settle();
        log.close();
    }
}
