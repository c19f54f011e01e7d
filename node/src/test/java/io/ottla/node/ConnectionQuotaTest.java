package io.ottla.node;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

class ConnectionQuotaTest {
    private int connectionsMax = 3;
    private int connectionsPerIpMax = 2;
    private final ConnectionQuota quota = new ConnectionQuota(() -> connectionsMax, () -> connectionsPerIpMax);

    private static InetAddress ip(int last) {
        try {
            return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
        } catch (UnknownHostException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void oneAddressHasItsShareAndAllTogetherTheirs() {
        assertThat(quota.admit(ip(1))).isTrue();
        assertThat(quota.admit(ip(1))).isTrue();
        assertThat(quota.admit(ip(1))).as("a third from one address").isFalse();
        assertThat(quota.admit(ip(2))).isTrue();
        assertThat(quota.admit(ip(3))).as("a fourth in all").isFalse();
        quota.leave(ip(1));
        assertThat(quota.admit(ip(3))).isTrue();
        assertThat(quota.admit(ip(1))).isFalse();
    }

    @Test
    void limitsThatChangeHoldForThoseWhoComeAfter() {
        assertThat(quota.admit(ip(1))).isTrue();
        assertThat(quota.admit(ip(1))).isTrue();
        connectionsPerIpMax = 3;
        assertThat(quota.admit(ip(1))).isTrue();
        connectionsMax = 10;
        connectionsPerIpMax = 1;
        assertThat(quota.admit(ip(1))).isFalse();
        quota.leave(ip(1));
        quota.leave(ip(1));
        assertThat(quota.admit(ip(1))).isFalse();
        quota.leave(ip(1));
        assertThat(quota.admit(ip(1))).isTrue();
    }
}
