package io.ottla.sim;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Fuzzing by hand: {@code main(seed, executions)} runs {@link FuzzScenario}s, each of the doors in turn, from a seed on until so many requests were sent, and goes
 * on after a finding. Tells what it found, each kind once with its first seed, and exits with 1 if it found anything.
 */
public final class Fuzz {
    private static final long TELL_MS = 30_000;
    private static final int FRAMES = 6;

    private Fuzz() {}

    public static void main(String[] args) {
        if (args.length != 2 && args.length != 3) {
            System.err.println("wanted: SEED EXECUTIONS [kafka|zookeeper|both]");
            System.exit(2);
        }
        List<FuzzScenario.Door> doors = args.length == 3
                ? List.of(FuzzScenario.Door.valueOf(args[2].toUpperCase(java.util.Locale.ROOT)))
                : List.of(FuzzScenario.Door.values());
        long seed = Long.parseLong(args[0]);
        long wanted = Long.parseLong(args[1]);
        long executions = 0;
        long answers = 0;
        long began = System.nanoTime();
        long told = began;
        Map<String, List<Long>> found = new LinkedHashMap<>();
        long worlds = 0;
        for (; executions < wanted; seed++, worlds++) {
            FuzzScenario scenario = new FuzzScenario(doors.get((int) Math.floorMod(seed, (long) doors.size())));
            try {
                Simulation.run(seed, scenario);
            } catch (SimulationFailure failure) {
                List<Long> seeds = found.computeIfAbsent(kind(failure), kind -> new ArrayList<>());
                seeds.add(seed);
                if (seeds.size() == 1) {
                    System.err.println("FOUND by seed " + seed + ": " + failure.getMessage());
                    if (failure.getCause() != null) failure.getCause().printStackTrace(System.err);
                }
            }
            executions += scenario.executions();
            answers += scenario.answers();
            if (System.nanoTime() - told > TELL_MS * 1_000_000) {
                told = System.nanoTime();
                tell(seed, worlds + 1, executions, answers, began, found);
            }
        }
        tell(seed - 1, worlds, executions, answers, began, found);
        System.exit(found.isEmpty() ? 0 : 1);
    }

    private static void tell(
            long seed, long worlds, long executions, long answers, long began, Map<String, List<Long>> found) {
        double seconds = (System.nanoTime() - began) / 1e9;
        System.out.printf(
                "%,d executions in %,d worlds up to seed %d, %,d answers, %.0f s, %,.0f a second, %d kinds of findings%n",
                executions, worlds, seed, answers, seconds, executions / seconds, found.size());
        found.forEach((kind, seeds) -> System.out.println(
                "  " + seeds.size() + " x, seeds " + seeds.subList(0, Math.min(5, seeds.size())) + ": " + kind));
    }

    /** What a failure is told apart by: where it was thrown. */
    private static String kind(SimulationFailure failure) {
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        while (cause.getCause() != null) cause = cause.getCause();
        StringBuilder kind = new StringBuilder(cause.getClass().getSimpleName());
        String message = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
        kind.append(' ').append(message, 0, Math.min(60, message.length()));
        int frames = 0;
        for (StackTraceElement at : cause.getStackTrace())
            if (frames < FRAMES && at.getClassName().startsWith("io.ottla") && ++frames <= 2)
                kind.append(" at ").append(at.getFileName()).append(':').append(at.getLineNumber());
        return kind.toString();
    }
}
