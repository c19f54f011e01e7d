package io.ottla.bench;

import io.ottla.kafkaprotocol.Codec;
import io.ottla.log.Read;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** What a fetch of one partition costs before it is sent: where the bytes are, and how many whole batches fit. In the page cache all the time. */
public class ReadBenchmark extends LoopBenchmark {
    private static final int BATCH_BYTES = 16 * 1024;
    private static final int BATCHES = 8 * 1024;
    private static final int MAX_BYTES = 1 << 20;

    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    private SampleLog log;
    private long next;

    @Setup
    public void fill() throws IOException {
        log = new SampleLog();
        ByteBuffer batch = SampleBatches.direct(SampleBatches.batch(Codec.NONE, 1000, BATCH_BYTES));
        for (int i = 0; i < BATCHES; i++) log.append(SampleBatches.unnumbered(batch));
        log.settle();
    }

    /** A reader in sequence: each read begins where the last ended, and needs no lookup. */
    @Benchmark
    public long planInSequence() throws IOException {
        if (next >= log.log().endOffset()) next = 0;
        next = read(next);
        return next;
    }

    /** A reader that begins somewhere: the index is asked, and batch headers from there on. */
    @Benchmark
    public long lookUpByChance() throws IOException {
        return read(random.nextLong(log.log().endOffset()));
    }

    /** A reader at the end, for whom nothing is there. */
    @Benchmark
    public long planAtTheEnd() throws IOException {
        return read(log.log().endOffset());
    }

    private long read(long offset) throws IOException {
        Read read = log.log().read(offset, MAX_BYTES, Long.MAX_VALUE, true);
        if (!(read instanceof Read.Slice slice)) throw new IllegalStateException(read.toString());
        slice.release();
        return slice.nextOffset();
    }

    @TearDown
    public void close() {
        log.close();
    }
}
