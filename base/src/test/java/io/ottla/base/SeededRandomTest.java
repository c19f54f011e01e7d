package io.ottla.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SeededRandomTest {

    @Test
    void theSeedDeterminesTheSequence() {
        SeededRandom first = new SeededRandom(42);
        SeededRandom second = new SeededRandom(42);
        for (int i = 0; i < 100; i++) assertThat(first.nextLong()).isEqualTo(second.nextLong());
    }

    @Test
    void boundsHold() {
        SeededRandom random = new SeededRandom(7);
        for (int i = 0; i < 10_000; i++) {
            assertThat(random.nextInt(3)).isBetween(0, 2);
            assertThat(random.nextDouble()).isBetween(0.0, 1.0).isNotEqualTo(1.0);
        }
    }

    @Test
    void aTopicIdSurvivesItsText() {
        SeededRandom random = new SeededRandom(1);
        for (int i = 0; i < 1000; i++) {
            TopicId id = random.nextTopicId();
            assertThat(id.toString()).hasSize(22).doesNotStartWith("-");
            assertThat(TopicId.parse(id.toString())).isEqualTo(id);
        }
    }
}
