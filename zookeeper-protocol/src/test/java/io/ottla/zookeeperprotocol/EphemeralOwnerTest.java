package io.ottla.zookeeperprotocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class EphemeralOwnerTest {

    @Test
    void theOwnerTellsTheKindOfNode() {
        assertThat(EphemeralOwner.isSession(0)).isFalse();
        assertThat(EphemeralOwner.isSession(EphemeralOwner.CONTAINER)).isFalse();
        assertThat(EphemeralOwner.isSession(0x100000000000001L)).isTrue();
        long owner = EphemeralOwner.ofTtl(5000);
        assertThat(owner).isEqualTo(0xff00000000001388L);
        assertThat(EphemeralOwner.isTtl(owner)).isTrue();
        assertThat(EphemeralOwner.isSession(owner)).isFalse();
        assertThat(EphemeralOwner.ttlMs(owner)).isEqualTo(5000);
    }

    @Test
    void aTtlHasBounds() {
        assertThatThrownBy(() -> EphemeralOwner.ofTtl(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> EphemeralOwner.ofTtl(EphemeralOwner.TTL_MS_MAX + 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(CreateMode.fromFlag(7)).isEmpty();
        assertThat(CreateMode.fromFlag(-1)).isEmpty();
        assertThat(CreateMode.fromFlag(6)).contains(CreateMode.PERSISTENT_SEQUENTIAL_WITH_TTL);
    }
}
