package io.ottla.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.apache.zookeeper.server.SessionTrackerImpl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SessionIdsTest {

    @ParameterizedTest
    @ValueSource(
            longs = {1, 0x100000000000001L, 0x10000dead0000L, -1, Long.MIN_VALUE, Long.MAX_VALUE, 0x3001234567890abL})
    void aPasswordIsTheOriginals(long sessionId) {
        byte[] original = new byte[16];
        new Random(sessionId ^ 0xB3415C00L).nextBytes(original);
        assertThat(SessionIds.password(sessionId)).isEqualTo(original);
        assertThat(SessionIds.matches(sessionId, original)).isTrue();
        original[15]++;
        assertThat(SessionIds.matches(sessionId, original)).isFalse();
        assertThat(SessionIds.matches(sessionId, new byte[0])).isFalse();
    }

    @Test
    void nobodyHasSessionZero() {
        assertThat(SessionIds.matches(0, SessionIds.password(0))).isFalse();
    }

    @Test
    void idsRiseFromServerAndTime() {
        SessionIds ids = new SessionIds(3, 0x123456789AL);
        assertThat(ids.next()).isEqualTo(0x03123456789A0000L);
        assertThat(ids.next()).isEqualTo(0x03123456789A0001L);
        // only forty bits of the time count, and none of them reaches the server's number
        assertThat(new SessionIds(254, -1L).next()).isEqualTo(0xFEFFFFFFFFFF0000L);
        assertThat(SessionTrackerImpl.initializeNextSessionId(254) >>> 56).isEqualTo(254);
        // what a container's owner looks like is nobody's session
        assertThat(new SessionIds(0x80, 0).next()).isEqualTo(Long.MIN_VALUE + 1);
    }
}
