package io.ottla.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LimitsTest {
    private static final long MB = 1 << 20;

    @ParameterizedTest
    @ValueSource(longs = {64, 96, 128, 256, 512, 1024, 2048, 4096})
    void allPartsTogetherLeaveThreeSixteenthsOfTheHeapForTheRest(long heapMb) {
        Limits limits = Limits.of(heapMb * MB, heapMb * MB);
        assertThat(limits.heapBytesPromised()).isBetween(1L, heapMb * MB * 13 / 16);
        assertThat(limits.unfinishedFrameBytes()).isLessThanOrEqualTo(heapMb * MB * 3 / 4);
        assertThat(limits.openingBytes()).isLessThanOrEqualTo(limits.requestsInFlightBytes());
    }

    @ParameterizedTest
    @ValueSource(longs = {64, 96, 128, 256, 512, 1024, 2048, 4096})
    void eachPartHasRoomForALargeRequest(long heapMb) {
        Limits limits = Limits.of(heapMb * MB, heapMb * MB);
        assertThat(limits.requestsInFlightBytes()).isGreaterThan(MB);
        assertThat(limits.openingBytes()).isGreaterThan(MB);
        assertThat(limits.outstandingPacketBytes()).isGreaterThan(MB);
        assertThat(limits.proposalBytes()).isGreaterThan(2 * MB);
        assertThat(limits.unwrittenGroupBytes()).isGreaterThan(MB);
        assertThat(limits.unfinishedFrameBytes()).isGreaterThan(32 * MB);
    }

    /** What they were before there was a look at the heap. */
    @ParameterizedTest
    @ValueSource(longs = {6 * 1024})
    void aLargeHeapHasThePartsAtTheirMaximum(long heapMb) {
        Limits limits = Limits.of(heapMb * MB, heapMb * MB);
        assertThat(limits.requestsInFlightBytes()).isEqualTo(256 * MB);
        assertThat(limits.openingBytes()).isEqualTo(64 * MB);
        assertThat(limits.outstandingPacketBytes()).isEqualTo(32 * MB);
        assertThat(limits.unsentReplyBytes()).isEqualTo(128 * MB);
        assertThat(limits.proposalBytes()).isEqualTo(64 * MB);
        assertThat(limits.snapshotAheadBytes()).isEqualTo(256 * MB);
        assertThat(limits.cleanerMapBytes()).isEqualTo(128 * MB);
        assertThat(limits.unpackedBatchBytes()).isEqualTo((int) (64 * MB));
    }
}
