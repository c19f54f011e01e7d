package io.ottla.sim;

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
}
