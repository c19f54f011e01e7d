package io.ottla.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class TrackTest {
    private static final long S = 1_000_000_000;
    private static final long MS = 1_000_000;
    private static final Offset<Double> THREE_DIGITS = Offset.offset(0.02);

    private final Track track = new Track("produce", "send to acknowledgement");

    @Test
    void aSecondAndTheWholeAreCounted() {
        track.begin(10 * S);
        for (int i = 1; i <= 100; i++) {
            track.latency(i * MS);
            track.moved(1, 500, 10 * S + i);
        }
        Second second = track.sample(12 * S);
        assertThat(second.endS()).isEqualTo(2);
        assertThat(second.recordsPerS()).isEqualTo(50);
        assertThat(second.bytesPerS()).isEqualTo(25_000);
        assertThat(second.latencyMs().p50()).isCloseTo(50, Offset.offset(0.1));
        assertThat(second.latencyMs().max()).isCloseTo(100, Offset.offset(0.1));
        track.failed();
        track.moved(1, 500, 14 * S);
        assertThat(track.sample(14 * S).errors()).isEqualTo(1);
        TrackResult result = track.result();
        assertThat(result.records()).isEqualTo(101);
        assertThat(result.elapsedS()).isEqualTo(4);
        assertThat(result.recordsPerS()).isEqualTo(101 / 4.0);
        assertThat(result.seconds()).hasSize(2);
        assertThat(result.latencyUs().getTotalCount()).isEqualTo(100);
    }

    @Test
    void whatWarmedUpDoesNotCount() {
        track.begin(0);
        track.latency(900 * MS);
        track.moved(5, 5000, S);
        track.failed();
        track.sample(S);
        track.forget(S);
        track.latency(MS);
        track.moved(1, 100, 3 * S);
        track.sample(3 * S);
        TrackResult result = track.result();
        assertThat(result.records()).isEqualTo(1);
        assertThat(result.bytes()).isEqualTo(100);
        assertThat(result.errors()).isZero();
        assertThat(result.elapsedS()).isEqualTo(2);
        assertThat(result.latencyMs().max()).isCloseTo(1, THREE_DIGITS);
        assertThat(result.seconds()).hasSize(1);
    }

    @Test
    void whatWasDueAndNeverSentCountsWithWhatItHadWaited() {
        track.begin(0);
        track.neverSent(100_000, S, 3 * S);
        track.sample(3 * S);
        TrackResult result = track.result();
        assertThat(result.unsent()).isEqualTo(100_000);
        assertThat(result.records()).isZero();
        assertThat(result.latencyUs().getTotalCount()).isEqualTo(100_000);
        assertThat(result.latencyMs().max()).isCloseTo(2000, Offset.offset(2.0));
        assertThat(result.latencyMs().p50()).isCloseTo(1000, Offset.offset(5.0));
    }

    @Test
    void aStallUnderAScheduleShowsInThePercentilesOfEverythingItDelayed() {
        Pace pace = new Pace(1000, 1, 0, 0);
        track.begin(0);
        // the broker answers in 1 ms, but for the first of ten seconds not at all
        for (int i = 0; i < 10_000; i++) {
            long answeredNs = Math.max(pace.dueNs(i), S) + MS;
            track.latency(answeredNs - pace.dueNs(i));
        }
        track.sample(11 * S);
        Percentiles ms = track.result().latencyMs();
        assertThat(ms.p50()).isCloseTo(1, THREE_DIGITS);
        assertThat(ms.p99())
                .as("a hundredth of the records waited at least 900 ms")
                .isCloseTo(900, Offset.offset(5.0));
    }

    @Test
    void latenciesOutsideTheRangeAreKeptAtItsEnds() {
        track.begin(0);
        track.latency(-5);
        track.latency(Long.MAX_VALUE);
        track.sample(S);
        assertThat(track.result().latencyUs().getTotalCount()).isEqualTo(2);
        assertThat(track.result().latencyMs().max()).isCloseTo(3_600_000, Offset.offset(3_600.0));
    }

    @Test
    void nothingMeasuredIsZeros() {
        track.begin(0);
        track.sample(S);
        assertThat(track.result().latencyMs()).isEqualTo(new Percentiles(0, 0, 0, 0, 0, 0, 0));
        assertThat(track.result().mbPerS()).isZero();
    }
}
