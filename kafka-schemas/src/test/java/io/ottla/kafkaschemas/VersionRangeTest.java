package io.ottla.kafkaschemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VersionRangeTest {

    @ParameterizedTest
    @ValueSource(strings = {"none", "0", "7", "0-7", "3+", "2-2147"})
    void readsWhatItWrites(String text) {
        assertThat(VersionRange.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "3-1", "-1", "1-", "+", "1--2"})
    void refusesAllElse(String text) {
        assertThatThrownBy(() -> VersionRange.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "0-3, 2-5, 2-3, 0-5",
        "0-2, 3+, none, 0+",
        "0+, 3-5, 3-5, 0+",
        "none, 4, none, 4",
        "4, none, none, 4",
        "2, 2, 2, 2",
    })
    void intersectionAndUnion(String one, String other, String intersection, String union) {
        VersionRange a = VersionRange.parse(one);
        VersionRange b = VersionRange.parse(other);
        assertThat(a.intersect(b)).hasToString(intersection);
        assertThat(a.union(b)).hasToString(union);
    }

    @ParameterizedTest
    @CsvSource({"0-1, 3+", "5, 0-3"})
    void noUnionAcrossAGap(String one, String other) {
        assertThatThrownBy(() -> VersionRange.parse(one).union(VersionRange.parse(other)))
                .hasMessageContaining("gap");
    }
}
