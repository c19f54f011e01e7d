package io.ottla.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LoadPlanTest {
    private static LoadPlan plan(LoadPlan.Kind kind, int bytes, long count, int active, int producers, int consumers) {
        return new LoadPlan(kind, "t", 4, active, bytes, count, 0, 0, 0, producers, consumers, "");
    }

    @Test
    void whatCannotBeRunIsRefusedInWords() {
        assertThatThrownBy(() -> plan(LoadPlan.Kind.PRODUCE, 100, 0, 0, 1, 0)).hasMessageContaining("neither a count");
        assertThatThrownBy(() -> plan(LoadPlan.Kind.PRODUCE, 100, 1, 5, 1, 0)).hasMessageContaining("5 active of 4");
        assertThatThrownBy(() -> plan(LoadPlan.Kind.MIXED, 15, 1, 0, 1, 1)).hasMessageContaining("no room");
        assertThatThrownBy(() -> plan(LoadPlan.Kind.PRODUCE, 15, 1, 0, 1, 1))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> plan(LoadPlan.Kind.MIXED, 15, 1, 0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aRecordTellsItsOwnRunWhenItWasDue() {
        Payloads payloads = new Payloads(20, new Random(1));
        byte[] value = payloads.stamped(3, 77, 123_456_789L);
        assertThat(value).hasSize(20);
        assertThat(Stamp.read(value, 77)).hasValue(123_456_789L);
        assertThat(Stamp.read(value, 78)).as("of another run").isEmpty();
        assertThat(Stamp.read(new byte[15], 0)).as("too short").isEmpty();
        assertThat(Stamp.read(null, 0)).as("a tombstone").isEmpty();
    }

    @Test
    void payloadsDifferAndStampingLeavesThemAlone() {
        Payloads payloads = new Payloads(100, new Random(1));
        byte[] before = payloads.value(0).clone();
        payloads.stamped(0, 1, 1);
        assertThat(payloads.value(0)).isEqualTo(before).isNotEqualTo(payloads.value(1));
    }

    @Test
    void largeAndEmptyPayloadsAreMade() {
        assertThat(new Payloads(0, new Random(1)).value(9)).isEmpty();
        assertThat(new Payloads(32 << 20, new Random(1)).value(9)).hasSize(32 << 20);
    }
}
