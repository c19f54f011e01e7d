package io.ottla.base;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LineBudgetTest {

    @Test
    void holdsBackWhatIsTooMuchAndTellsHowManyLater() {
        LineBudget budget = new LineBudget(2, 1000);
        assertThat(budget.take(5000)).isZero();
        assertThat(budget.take(5000)).isZero();
        assertThat(budget.take(5001)).isEqualTo(-1);
        assertThat(budget.take(5999)).isEqualTo(-1);
        assertThat(budget.take(6000)).isEqualTo(2);
        assertThat(budget.take(6001)).isZero();
        assertThat(budget.take(6002)).isEqualTo(-1);
        assertThat(budget.take(100)).as("the clock went back").isEqualTo(1);
    }
}
