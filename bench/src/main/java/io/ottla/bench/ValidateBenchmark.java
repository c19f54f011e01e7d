package io.ottla.bench;

import io.ottla.kafkaprotocol.Codec;
import io.ottla.kafkaprotocol.RecordValidation;
import io.ottla.kafkaprotocol.Validation;
import io.ottla.kafkaprotocol.ValidationRules;
import java.nio.ByteBuffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.TearDown;

/** A client's batch of 16 KB is judged, and made what is written. */
public class ValidateBenchmark extends LoopBenchmark {
    private static final int BATCH_BYTES = 16 * 1024;
    private static final long NOW_MS = 1_700_000_000_000L;

    @Param({"NONE", "LZ4", "ZSTD"})
    public Codec codec;

    @Param({"100", "1000"})
    public int valueBytes;

    private RecordValidation validation;
    private ByteBuffer sent;
    private long offset;

    @Setup
    public void build() {
        validation = new RecordValidation();
        sent = SampleBatches.direct(SampleBatches.batch(codec, valueBytes, BATCH_BYTES));
    }

    @Benchmark
    public Validation validate() {
        Validation result =
                validation.validate(SampleBatches.unnumbered(sent), ValidationRules.DEFAULTS, offset++, 1, NOW_MS);
        if (!(result instanceof Validation.Validated)) throw new IllegalStateException(result.toString());
        return result;
    }

    @TearDown
    public void close() {
        validation.close();
    }
}
