package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a topic may be called. */
class TopicNamesTest {

    @ParameterizedTest
    @ValueSource(strings = {"a", "A-b_c.9", "...", "__consumer_offsets", "-"})
    void good(String name) {
        assertThat(TopicNames.flaw(name)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "../x", "a/b", "a b", "ä", "a\u0000", "a\n", "a:b", "a*"})
    void bad(String name) {
        assertThat(TopicNames.flaw(name)).isPresent();
        assertThat(TopicNames.flaw(name).orElseThrow()).doesNotContain("\u0000", "\n");
    }

    @Test
    void long249IsGoodAnd250IsNot() {
        assertThat(TopicNames.isValid("a".repeat(249))).isTrue();
        assertThat(TopicNames.isValid("a".repeat(250))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                "a.b, a_b, a.b",
                "a_b, a.b, a_b",
                "a.b, a.b, none",
                "a.b, a-b, none",
                "a.b_c, a_b.c, a.b_c",
                "a.b, a.b.c, none",
                "plain, plain, none",
                "1.2.3.4.5.6.7.8.9.0, 1_2.3.4.5.6.7.8.9.0, 1.2.3.4.5.6.7.8.9.0",
                "1.2.3.4.5.6.7.8.9.0, 1.2.3.4.5.6.7.8.9.0, none",
            })
    void collisions(String existing, String wanted, String found) {
        TopicNames.Collisions among =
                new TopicNames.Collisions(PersistentMap.<String, Integer>empty().put(existing, 1));
        assertThat(among.with(wanted).orElse(null)).isEqualTo(found);
        TopicNames.Collisions added = new TopicNames.Collisions(PersistentMap.<String, Integer>empty());
        added.add(existing);
        assertThat(added.with(wanted).orElse(null)).isEqualTo(found);
    }
}
