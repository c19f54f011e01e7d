package io.ottla.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole nodes, and their logs, in the virtual world. */
class NodeSimulationTest {

    @ParameterizedTest
    @ValueSource(longs = {0, 100, 200, 300})
    void aNodeAlwaysStartsAgain(long first) {
        for (long seed = first; seed < first + 10; seed++) Simulation.run(seed, new RestartScenario());
    }

    @Test
    void theSameSeedGivesTheSameTrace() {
        for (long seed = 0; seed < 3; seed++)
            assertThat(Simulation.run(seed, new RestartScenario()))
                    .isEqualTo(Simulation.run(seed, new RestartScenario()));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 100, 200})
    void aLogKeepsItsPromises(long first) {
        for (long seed = first; seed < first + 10; seed++) Simulation.run(seed, new LogScenario());
    }

    /** Seeds that found something once. */
    @Test
    void whatWasFoundStaysMended() {
        Simulation.run(20218, new ProduceScenario()); // no space for the producer snapshot at a clean stop
        Simulation.run(131, new LogScenario()); // a new segment outlived the end of the old one
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 100, 200})
    void whatProducersWereAnsweredIsFetched(long first) {
        for (long seed = first; seed < first + 10; seed++) Simulation.run(seed, new ProduceScenario());
    }

    @Test
    void theSameSeedGivesTheSameTraceWithClients() {
        for (long seed = 0; seed < 3; seed++)
            assertThat(Simulation.run(seed, new ProduceScenario()))
                    .isEqualTo(Simulation.run(seed, new ProduceScenario()));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 100})
    void whatClientsSeeHolds(long first) {
        for (long seed = first; seed < first + 6; seed++) Simulation.run(seed, new ClientsScenario());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 100})
    void groupsKeepTheirPromises(long first) {
        for (long seed = first; seed < first + 6; seed++) Simulation.run(seed, new GroupScenario());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 100})
    void groupsRebalanceWhileTheDiskIsFull(long first) {
        for (long seed = first; seed < first + 4; seed++) Simulation.run(seed, new GroupScenario(true));
    }

    @Test
    void theSameSeedGivesTheSameTraceWithGroups() {
        assertThat(Simulation.run(7, new GroupScenario())).isEqualTo(Simulation.run(7, new GroupScenario()));
    }

    @Test
    void theSameSeedGivesTheSameTraceWithAllClients() {
        assertThat(Simulation.run(7, new ClientsScenario())).isEqualTo(Simulation.run(7, new ClientsScenario()));
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 100})
    void bitsThatRotAreNoFaults(long first) {
        for (long seed = first; seed < first + 10; seed++) Simulation.run(seed, new RotScenario());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 100})
    void whatShouldGoGoes(long first) {
        for (long seed = first; seed < first + 6; seed++) Simulation.run(seed, new UpkeepScenario());
    }
}
