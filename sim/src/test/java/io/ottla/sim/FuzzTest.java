package io.ottla.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A minute of what {@link Fuzz} does by hand: the same seeds each time, and one that nobody has tried. */
class FuzzTest {
    private static final int ROUNDS = 4;
    private static final long[] SEEDS = {1, 2};

    private static void run(FuzzScenario.Door door, long seed) {
        FuzzScenario scenario = new FuzzScenario(door, ROUNDS);
        Simulation.run(seed, scenario);
        System.out.println("fuzz " + door + ", seed " + seed + ": " + scenario.executions() + " requests, "
                + scenario.answers() + " answers");
    }

    @ParameterizedTest
    @EnumSource(FuzzScenario.Door.class)
    void nothingThatAClientSendsIsAFault(FuzzScenario.Door door) {
        for (long seed : SEEDS) run(door, seed);
    }

    @ParameterizedTest
    @EnumSource(FuzzScenario.Door.class)
    void norAnythingNew(FuzzScenario.Door door) {
        long seed = System.nanoTime();
        System.out.println("fuzz " + door + " with the fresh seed " + seed + ", " + ROUNDS + " rounds");
        run(door, seed);
    }

    /** Seeds that found something once. */
    @Test
    void whatWasFoundStaysMended() {
        Simulation.run(
                5070,
                new FuzzScenario(FuzzScenario.Door.KAFKA)); // a topic made again between a fetch's look and its read
        Simulation.run(
                6020, new FuzzScenario(FuzzScenario.Door.BOTH)); // a fetch session that goes on in an earlier version
        Simulation.run(
                6038,
                new FuzzScenario(FuzzScenario.Door.BOTH)); // a znode that says that all producer ids are given out
        Simulation.run(
                10220, new FuzzScenario(FuzzScenario.Door.BOTH)); // a topic's znode with a partition without replicas
        Simulation.run(700_025, new FuzzScenario(FuzzScenario.Door.BOTH)); // and one without partitions, that grows
    }

    /** With containment: each request is answered once still, a good client gets on, nothing is held. */
    @Test
    void aPlantedFaultCostsItsRequestAlone() {
        AtomicInteger contained = new AtomicInteger();
        Simulation.run(4, world -> {
            world.disguise(environment -> PlantedFault.in(environment, contained::incrementAndGet));
            new FuzzScenario(FuzzScenario.Door.KAFKA, 2, false).run(world);
        });
        assertThat(contained.get()).isGreaterThan(10);
    }

    @Test
    void theSameSeedSendsTheSame() {
        assertThat(Simulation.run(3, new FuzzScenario(FuzzScenario.Door.BOTH, 1)))
                .isEqualTo(Simulation.run(3, new FuzzScenario(FuzzScenario.Door.BOTH, 1)));
    }
}
