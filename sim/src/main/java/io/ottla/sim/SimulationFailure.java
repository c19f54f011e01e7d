package io.ottla.sim;

import java.util.List;

/** A simulation found something: the seed that shows it again, and what happened last. */
public final class SimulationFailure extends RuntimeException {
    private static final long serialVersionUID = 1;
    /** How many of the last events to tell; {@code -Dsim.lines=2000} for more. */
    private static final int LINES = Integer.getInteger("sim.lines", 40);

    SimulationFailure(World world, String what, Throwable cause) {
        super(describe(world, what), cause);
    }

    private static String describe(World world, String what) {
        List<String> lines = world.trace().lines();
        return what + "\nseed " + world.seed() + ", " + world.nowMs() + " ms, "
                + world.agenda().happened() + " events; the last of them:\n"
                + String.join("\n", lines.subList(Math.max(0, lines.size() - LINES), lines.size()));
    }
}
