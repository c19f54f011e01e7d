package io.ottla.bench;

import io.ottla.kafkaprotocol.Codec;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** A batch of 16 KB is validated, numbered and written into the page cache; rolls are part of it, syncs are not. */
public class AppendBenchmark extends LoopBenchmark {
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
