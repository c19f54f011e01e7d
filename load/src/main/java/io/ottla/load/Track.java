package io.ottla.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * What one side of a load did: records, bytes, failures, latencies; in all and second by second. Any thread records; one thread calls
 * {@link #sample}, {@link #forget} and {@link #result}.
 */
final class Track {
    /** Latencies are kept in microseconds, to three significant digits, up to an hour. */
    static final long LATENCY_US_MAX = TimeUnit.HOURS.toMicros(1);

    private static final int DIGITS = 3;
    private static final int STRATA_MAX = 1000;

    private final String name;
    private final String latencyOf;
    private final Recorder recorder = new Recorder(LATENCY_US_MAX, DIGITS);
    private final Histogram total = new Histogram(LATENCY_US_MAX, DIGITS);
    private final LongAdder records = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final LongAdder errors = new LongAdder();
    private final LongAdder unsent = new LongAdder();
    private final AtomicLong lastNs = new AtomicLong();
    private final List<Second> seconds = new ArrayList<>();

    private Histogram interval;
    private long startNs;
    private long sampledNs;
    private Counts forgotten = new Counts(0, 0, 0, 0);
    private Counts sampled = forgotten;

    private record Counts(long records, long bytes, long errors, long unsent) {}

    /** @param latencyOf what its latencies are the latencies of, for the reader of a report */
    Track(String name, String latencyOf) {
        this.name = name;
        this.latencyOf = latencyOf;
    }

    String name() {
        return name;
    }

    void begin(long nowNs) {
        startNs = nowNs;
        sampledNs = nowNs;
        lastNs.set(nowNs);
    }

    /** So many records and bytes have come through; {@code nowNs} is when. */
    void moved(long count, long size, long nowNs) {
        records.add(count);
        bytes.add(size);
        lastNs.lazySet(nowNs);
    }

    void latency(long ns) {
        recorder.recordValue(micros(ns));
    }

    void failed() {
        errors.increment();
    }

    /**
     * {@code count} records were due, the first at {@code firstDueNs}, evenly until {@code nowNs}, and were never sent. Each has waited
     * at least until now, and counts with that.
     */
    void neverSent(long count, long firstDueNs, long nowNs) {
        if (count <= 0) return;
        unsent.add(count);
        long strata = Math.min(count, STRATA_MAX);
        for (long i = 0; i < strata; i++) {
            long of = count * (i + 1) / strata - count * i / strata;
            long waitedNs = (long) ((nowNs - firstDueNs) * (1 - (double) i / strata));
            recorder.recordValueWithCount(micros(waitedNs), of);
        }
    }

    private static long micros(long ns) {
        return Math.clamp(ns / 1000, 0, LATENCY_US_MAX);
    }

    long records() {
        return records.sum() - forgotten.records;
    }

    /** Closes the second that ends now. */
    Second sample(long nowNs) {
        interval = recorder.getIntervalHistogram(interval);
        Counts now = counts();
        double lengthS = Math.max(1e-9, (nowNs - sampledNs) / 1e9);
        Second second = new Second(
                (nowNs - startNs) / 1e9,
                (now.records - sampled.records) / lengthS,
                (now.bytes - sampled.bytes) / lengthS,
                now.errors - sampled.errors,
                Percentiles.of(interval));
        total.add(interval);
        seconds.add(second);
        sampled = now;
        sampledNs = nowNs;
        return second;
    }

    /** The warm-up is over: nothing before now counts. */
    void forget(long nowNs) {
        interval = recorder.getIntervalHistogram(interval);
        total.reset();
        seconds.clear();
        forgotten = counts();
        sampled = forgotten;
        begin(nowNs);
    }

    private Counts counts() {
        return new Counts(records.sum(), bytes.sum(), errors.sum(), unsent.sum());
    }

    TrackResult result() {
        Counts now = counts();
        return new TrackResult(
                name,
                latencyOf,
                Math.max(0, (lastNs.get() - startNs) / 1e9),
                now.records - forgotten.records,
                now.bytes - forgotten.bytes,
                now.errors - forgotten.errors,
                now.unsent - forgotten.unsent,
                total.copy(),
                List.copyOf(seconds));
    }
}
