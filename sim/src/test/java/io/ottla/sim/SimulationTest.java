package io.ottla.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SimulationTest {
    private static final int SEEDS = 60;

    @Test
    void theSameSeedGivesTheSameTrace() {
        Set<Long> hashes = new HashSet<>();
        for (long seed = 0; seed < 10; seed++) {
            Simulation.Result once = Simulation.run(seed, new JournalScenario(Journal.Mistake.NONE));
            Simulation.Result again = Simulation.run(seed, new JournalScenario(Journal.Mistake.NONE));
            assertThat(again).isEqualTo(once);
            hashes.add(once.traceHash());
        }
        assertThat(hashes).as("other seeds, other traces").hasSize(10);
    }

    @Test
    void aSoundProgramLosesNothingThatItAnswered() {
        int answered = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            JournalScenario scenario = new JournalScenario(Journal.Mistake.NONE);
            Simulation.run(seed, scenario);
            answered += scenario.answered();
        }
        assertThat(answered).as("it did answer").isGreaterThan(SEEDS * 50);
    }

    @ParameterizedTest
    @EnumSource(value = Journal.Mistake.class, mode = EnumSource.Mode.EXCLUDE, names = "NONE")
    void everyClassicMistakeIsFound(Journal.Mistake mistake) {
        assertThatThrownBy(() -> {
                    for (long seed = 0; seed < SEEDS; seed++) Simulation.run(seed, new JournalScenario(mistake));
                })
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("seed ")
                .rootCause()
                .hasMessageStartingWith("answered and lost");
    }
}
