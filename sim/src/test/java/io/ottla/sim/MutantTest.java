package io.ottla.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.sim.DiskFaults.Kind;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.assertj.core.util.Throwables;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Classic mistakes of brokers, made by a disk that leaves out what the node asks for: the simulator finds each. */
class MutantTest {
    private static final int SEEDS = 60;

    enum Mistake {
        /** Where all records are lost, the producer that goes on is told. */
        ACKNOWLEDGES_BEFORE_FSYNC(
                List.of("lost: producer", "is refused with OUT_OF_ORDER_SEQUENCE_NUMBER"),
                ProduceScenario::new,
                (kind, path) -> isSync(kind) && isIn(path, "events-")),
        NEW_SEGMENTS_HAVE_NO_DURABLE_NAME(
                "R4", ClientsScenario::new, (kind, path) -> kind == Kind.SYNC_DIRECTORY && isIn(path, "topic-")),
        TRANSACTIONS_OF_THE_TREE_ARE_NOT_SYNCED(
                "the node does not start again",
                ProduceScenario::new,
                (kind, path) -> isSync(kind) && isIn(path, "version-2")),
        THE_START_OF_THE_LOG_IS_FORGOTTEN(
                "R17",
                ClientsScenario::new,
                (kind, path) -> kind == Kind.NAME && path.toString().endsWith("log-start-offset-checkpoint")),
        /** Commits or generations are lost with the page cache; which is noticed first depends on what the next client asks. */
        GROUPS_ARE_ANSWERED_BEFORE_FSYNC(
                List.of("G2 G3", "G4"),
                GroupScenario::new,
                (kind, path) -> isSync(kind) && isIn(path, "__consumer_offsets-"));

        /** What the failure says: one of these. */
        final List<String> says;

        final Supplier<Simulation.Scenario> scenario;
        final BiPredicate<Kind, Path> forgets;

        Mistake(String says, Supplier<Simulation.Scenario> scenario, BiPredicate<Kind, Path> forgets) {
            this(List.of(says), scenario, forgets);
        }

        Mistake(List<String> says, Supplier<Simulation.Scenario> scenario, BiPredicate<Kind, Path> forgets) {
            this.says = says;
            this.scenario = scenario;
            this.forgets = forgets;
        }

        private static boolean isSync(Kind kind) {
            return kind == Kind.SYNC;
        }

        private static boolean isIn(Path path, String directory) {
            return path.toString().contains("/" + directory);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aMistakeIsFound(Mistake mistake) {
        assertThatThrownBy(() -> {
                    for (long seed = 0; seed < SEEDS; seed++)
                        Simulation.run(seed, world -> {
                            world.disguise(environment -> LyingDisk.under(environment, mistake.forgets));
                            mistake.scenario.get().run(world);
                        });
                })
                .isInstanceOf(SimulationFailure.class)
                .satisfies(failure -> assertThat(Throwables.getStackTrace(failure))
                        .containsAnyOf(mistake.says.toArray(String[]::new)));
    }
}
