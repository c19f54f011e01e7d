package io.ottla.kafkaprotocol;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What it costs to validate a produce request's batch; run by hand: {@code ValidationBenchmark [seconds a row]}. Bytes
 * are those of the batch unpacked, so that codecs compare.
 */
final class ValidationBenchmark {
    private static final int BATCH_BYTES = 256 * 1024;

    private ValidationBenchmark() {}

    public static void main(String[] args) {
        double seconds = args.length == 0 ? 2 : Double.parseDouble(args[0]);
        System.out.printf("%-44s %10s %10s %8s%n", "", "ns/record", "ns/batch", "GB/s");
        for (boolean isDirect : new boolean[] {true, false})
            for (int valueBytes : new int[] {100, 1024})
                for (Codec codec : Codec.values())
                    measure(seconds, isDirect, valueBytes, codec, ValidationRules.DEFAULTS, "");
        measure(seconds, true, 100, Codec.NONE, Rules.logAppendTime(), ", log append time");
        measure(seconds, true, 100, Codec.NONE, Rules.compression(Compression.of(Codec.LZ4)), " to lz4");
        measure(seconds, true, 100, Codec.LZ4, Rules.compression(Compression.NONE), " to none");
    }

    private static void measure(
            double seconds, boolean isDirect, int valueBytes, Codec codec, ValidationRules rules, String more) {
        BatchBuilder builder = new BatchBuilder().codec(codec);
        long state = 1;
        while (builder.unpackedBytes() < BATCH_BYTES) {
            byte[] value = new byte[valueBytes];
            for (int i = 0; i < valueBytes; i++) {
                state = state * 6364136223846793005L + 1442695040888963407L;
                value[i] = (byte) "abcdefghijklmnop".charAt((int) (state >>> 60));
            }
            builder.append(new NewRecord(
                    1000 + builder.recordCount(),
                    Optional.of(ByteBuffer.wrap(new byte[8])),
                    Optional.of(ByteBuffer.wrap(value)),
                    List.of()));
        }
        int records = builder.recordCount();
        int unpackedBytes = builder.unpackedBytes();
        ByteBuffer built = builder.build();
        ByteBuffer sent = isDirect ? ByteBuffer.allocateDirect(built.limit()) : ByteBuffer.allocate(built.limit());
        try (RecordValidation validation = new RecordValidation()) {
            run(validation, built, sent, rules, seconds / 2);
            double nanos = run(validation, built, sent, rules, seconds);
            System.out.printf(
                    "%-44s %10.1f %10.0f %8.2f%n",
                    "%s, %d B, %s%s".formatted(codec.label(), valueBytes, isDirect ? "direct" : "heap", more),
                    nanos / records,
                    nanos,
                    unpackedBytes / nanos);
        }
    }

    private static double run(
            RecordValidation validation, ByteBuffer built, ByteBuffer sent, ValidationRules rules, double seconds) {
        // the median: the machine may do other things too
        List<Long> nanos = new ArrayList<>();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        while (System.nanoTime() < end) {
            sent.put(0, built, 0, built.limit());
            long start = System.nanoTime();
            Validation result = validation.validate(sent, rules, nanos.size(), 1, 2000);
            nanos.add(System.nanoTime() - start);
            if (!(result instanceof Validation.Validated)) throw new IllegalStateException(result.toString());
        }
        nanos.sort(null);
        return nanos.get(nanos.size() / 2);
    }
}
