package io.ottla.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When records are due: a matter of the rate and the start, and of nothing that the broker does. */
class PaceTest {
    private static final long MS = 1_000_000;

    @Test
    void oneProducerSendsAtEvenDistances() {
        Pace pace = new Pace(1000, 1, 0, 5 * MS);
        assertThat(List.of(pace.dueNs(0), pace.dueNs(1), pace.dueNs(1000))).containsExactly(5 * MS, 6 * MS, 1005 * MS);
    }

    @Test
    void severalTakeTurnsInOneSchedule() {
        List<Long> due = new ArrayList<>();
        for (int producer = 0; producer < 3; producer++) {
            Pace pace = new Pace(1000, 3, producer, 0);
            for (int i = 0; i < 2; i++) due.add(pace.dueNs(i));
        }
        assertThat(due).containsExactly(0L, 3 * MS, MS, 4 * MS, 2 * MS, 5 * MS);
    }

    @Test
    void whatIsDueBeforeAMomentAgreesWithWhenEachIsDue() {
        for (int producer = 0; producer < 3; producer++) {
            Pace pace = new Pace(700, 3, producer, 1_000);
            for (long ms = 0; ms < 50; ms++) {
                long at = 1_000 + ms * MS;
                long counted = 0;
                while (pace.dueNs(counted) < at) counted++;
                assertThat(pace.dueBefore(at))
                        .as("producer %s, %s ms", producer, ms)
                        .isEqualTo(counted);
            }
        }
    }

    @Test
    void anHourAtAMillionASecondIsStillExactToAMicrosecond() {
        Pace pace = new Pace(1_000_000, 1, 0, 0);
        assertThat(pace.dueNs(3_600_000_000L)).isBetween(3_600_000 * MS - 1000, 3_600_000 * MS + 1000);
    }

    @Test
    void aRateOfZeroIsNoLimitAndOthersAreRefused() {
        assertThat(new Pace(0, 1, 0, 0).limited()).isFalse();
        assertThatThrownBy(() -> new Pace(-1, 1, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Pace(Double.NaN, 1, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Pace(1, 2, 2, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void producersShareACount() {
        assertThat(List.of(Sender.share(10, 3, 0), Sender.share(10, 3, 1), Sender.share(10, 3, 2)))
                .containsExactly(4L, 3L, 3L);
        assertThat(Sender.share(2, 3, 2)).isZero();
        assertThat(Sender.share(0, 3, 2)).as("no count").isEqualTo(Long.MAX_VALUE);
    }
}
