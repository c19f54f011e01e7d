package io.ottla.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Core;
import io.ottla.base.SeededRandom;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SessionExpiryTest {
    private final SessionExpiry sessions = new SessionExpiry(2000);

    @Test
    void aSessionExpiresAtTheTickAfterItsTimeout() {
        sessions.track(1, 6000, 10_500);
        assertThat(sessions.nextDeadlineMs()).isEqualTo(18_000);
        assertThat(sessions.expired(17_999)).isEmpty();
        assertThat(sessions.expired(18_000)).containsExactly(1L);
        assertThat(sessions.expired(100_000)).isEmpty();
        assertThat(sessions.nextDeadlineMs()).isEqualTo(Core.NO_DEADLINE);
    }

    @Test
    void hearingOfASessionGivesItItsWholeTimeoutAgain() {
        sessions.track(1, 6000, 0);
        sessions.track(2, 6000, 0);
        assertThat(sessions.touch(1, 5000)).isTrue();
        assertThat(sessions.expired(8000)).containsExactly(2L);
        assertThat(sessions.expired(11_999)).isEmpty();
        assertThat(sessions.expired(12_000)).containsExactly(1L);
    }

    @Test
    void aSessionThatIsClosingIsHeardOfNoMore() {
        sessions.track(1, 6000, 0);
        sessions.closing(1);
        assertThat(sessions.touch(1, 100)).isFalse();
        assertThat(sessions.expired(100_000)).isEmpty();
        sessions.track(2, 6000, 0);
        assertThat(sessions.expired(8000)).containsExactly(2L);
        assertThat(sessions.touch(2, 8001)).isFalse();
        assertThat(sessions.size()).isEqualTo(2);
        sessions.remove(1);
        sessions.remove(2);
        assertThat(sessions.size()).isZero();
        assertThat(sessions.touch(3, 0)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"1, 4000", "4000, 4000", "10000, 10000", "40001, 40000", "-5, 4000"})
    void aTimeoutIsBetweenTheBounds(int wanted, int given) {
        assertThat(SessionExpiry.negotiated(wanted, 4000, 40_000)).isEqualTo(given);
    }

    /** Against the definition: silent for the timeout, and less than a tick more. */
    @Test
    void noneExpiresEarlyAndNoneATickLate() {
        SeededRandom random = new SeededRandom(8);
        Map<Long, Long> heardMs = new HashMap<>();
        Map<Long, Long> timeoutMs = new HashMap<>();
        Set<Long> gone = new HashSet<>();
        for (long nowMs = 0; nowMs < 60_000; nowMs += random.nextInt(300)) {
            for (long id : sessions.expired(nowMs)) {
                assertThat(nowMs - heardMs.get(id)).isGreaterThanOrEqualTo(timeoutMs.get(id));
                assertThat(gone.add(id)).isTrue();
            }
            for (long id : heardMs.keySet())
                if (!gone.contains(id))
                    assertThat(nowMs - heardMs.get(id)).isLessThanOrEqualTo(timeoutMs.get(id) + 2000);
            long id = random.nextInt(50);
            if (gone.contains(id)) {
                assertThat(sessions.touch(id, nowMs)).isFalse();
            } else if (heardMs.containsKey(id)) {
                assertThat(sessions.touch(id, nowMs)).isTrue();
                heardMs.put(id, nowMs);
            } else {
                timeoutMs.put(id, 4000L + random.nextInt(20_000));
                heardMs.put(id, nowMs);
                sessions.track(id, timeoutMs.get(id), nowMs);
            }
        }
        assertThat(gone).isNotEmpty().hasSizeLessThan(50);
    }
}
