package io.ottla.partition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** All small cases: up to three in-sync replicas, offsets −1 to 3, min.insync.replicas 1 to 3. */
class HighWatermarkTest {

    @Test
    void isTheLargestOffsetThatAllHaveAndNeverFalls() {
        int cases = 0;
        for (int replicas = 0; replicas <= 3; replicas++) {
            int combinations = (int) Math.pow(5, replicas);
            for (int combination = 0; combination < combinations; combination++) {
                long[] ends = new long[replicas];
                for (int i = 0, rest = combination; i < replicas; i++, rest /= 5) ends[i] = rest % 5 - 1L;
                for (long current = 0; current <= 3; current++) {
                    for (int minIsr = 1; minIsr <= 3; minIsr++) {
                        check(current, ends, minIsr);
                        cases++;
                    }
                }
            }
        }
        assertThat(cases).isEqualTo((1 + 5 + 25 + 125) * 4 * 3);
    }

    private static void check(long current, long[] ends, int minIsr) {
        long after = HighWatermark.advance(current, ends, ends.length, minIsr);
        String what = "hw " + current + ", ends " + Arrays.toString(ends) + ", min.isr " + minIsr;
        assertThat(after).as(what).isGreaterThanOrEqualTo(current);
        boolean mayMove = ends.length >= minIsr;
        for (long end : ends) mayMove &= end > current;
        if (!mayMove) {
            assertThat(after).as(what).isEqualTo(current);
            return;
        }
        for (long end : ends) assertThat(after).as(what).isLessThanOrEqualTo(end);
        assertThat(Arrays.stream(ends).anyMatch(end -> end == after)).as(what).isTrue();
    }
}
