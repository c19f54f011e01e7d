package io.ottla.sim;

import java.util.Map;
import java.util.TreeSet;
import java.util.function.Supplier;

/** Runs a scenario in a world made from a seed. Any failure is reproduced by the seed alone. */
public final class Simulation {
    private Simulation() {}

    /** What happens in a world: who lives in it, which faults there are, and what must come true. */
    @FunctionalInterface
    public interface Scenario {
        /** @throws SimulationFailure if something is wrong */
        void run(World world);
    }

    /**
     * What a run was.
     *
     * @param traceHash the same for the same seed, on any machine
     */
    public record Result(long seed, long traceHash, long events, long virtualMs) {
        @Override
        public String toString() {
            return "seed %d: trace %016x, %,d events in %,d ms".formatted(seed, traceHash, events, virtualMs);
        }
    }

    /** @throws SimulationFailure if something is wrong */
    public static Result run(long seed, Scenario scenario) {
        World world = new World(seed);
        try {
            scenario.run(world);
        } catch (SimulationFailure failure) {
            throw failure;
        } catch (RuntimeException | AssertionError e) {
            throw new SimulationFailure(world, "the scenario threw", e);
        }
        return new Result(seed, world.trace().hash(), world.agenda().happened(), world.nowMs());
    }

    /** By name. */
    static final Map<String, Supplier<Scenario>> SCENARIOS = Map.ofEntries(
            Map.entry("restart", RestartScenario::new),
            Map.entry("log", LogScenario::new),
            Map.entry("produce", ProduceScenario::new),
            Map.entry("rot", RotScenario::new),
            Map.entry("clients", ClientsScenario::new),
            Map.entry("groups", GroupScenario::new),
            Map.entry("groups-on-a-full-disk", () -> new GroupScenario(true)),
            Map.entry("zookeeper", ZookeeperScenario::new),
            Map.entry("upkeep", UpkeepScenario::new),
            Map.entry("fuzz-kafka", () -> new FuzzScenario(FuzzScenario.Door.KAFKA)),
            Map.entry("fuzz-zookeeper", () -> new FuzzScenario(FuzzScenario.Door.ZOOKEEPER)),
            Map.entry("fuzz-both", () -> new FuzzScenario(FuzzScenario.Door.BOTH)));

    /**
     * {@code main(scenario, seed)} runs one seed, {@code main(scenario, seed, count)} all from one on. Exits with 1 when
     * one of them finds something, and says which.
     */
    public static void main(String[] args) {
        if (args.length < 2 || !SCENARIOS.containsKey(args[0])) {
            System.err.println(
                    "wanted: SCENARIO SEED [COUNT], with SCENARIO one of " + new TreeSet<>(SCENARIOS.keySet()));
            System.exit(2);
        }
        long first = Long.parseLong(args[1]);
        long count = args.length > 2 ? Long.parseLong(args[2]) : 1;
        for (long seed = first; seed < first + count; seed++) {
            try {
                Result result = run(seed, SCENARIOS.get(args[0]).get());
                if (count == 1) System.out.println(result);
            } catch (SimulationFailure failure) {
                System.err.println(failure.getMessage());
                if (failure.getCause() != null) failure.getCause().printStackTrace(System.err);
                System.exit(1);
            }
        }
        if (count > 1) System.out.println(count + " seeds from " + first + " on: nothing found");
    }
}
