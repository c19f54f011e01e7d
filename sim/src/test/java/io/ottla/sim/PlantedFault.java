package io.ottla.sim;

import io.ottla.base.Clock;
import io.ottla.base.FaultHandler;
import io.ottla.base.SeededRandom;
import java.util.List;

/** A mistake in the way of requests: now and then the clock throws when it is asked for the time of one. Contained exceptions are counted and the node goes on. */
final class PlantedFault implements Clock, FaultHandler {
    private static final double CHANCE = 0.02;
    private static final int FRAMES = 5;

    private final Clock clock;
    private final FaultHandler faults;
    private final SeededRandom random;
    private final Runnable onContained;

    private PlantedFault(Program.Environment environment, Runnable onContained) {
        this.onContained = onContained;
        clock = environment.clock();
        faults = environment.faultHandler();
        random = new SeededRandom(1);
    }

    static Program.Environment in(Program.Environment environment, Runnable onContained) {
        PlantedFault planted = new PlantedFault(environment, onContained);
        return new Program.Environment(
                planted,
                environment.disk(),
                environment.network(),
                environment.limits(),
                environment.random(),
                planted);
    }

    @Override
    public long nowMs() {
        if (random.chance(CHANCE) && isForRequest()) throw new IllegalStateException("planted");
        return clock.nowMs();
    }

    private static boolean isForRequest() {
        // where a request is made for its handler, which asks for the time; what handlers ask themselves is too late to
        // be contained
        List<String> callers = StackWalker.getInstance()
                .walk(frames -> frames.limit(FRAMES)
                        .filter(frame -> frame.getClassName().endsWith(".ClientSession"))
                        .map(StackWalker.StackFrame::getMethodName)
                        .toList());
        return callers.equals(List.of("request", "serve"));
    }

    @Override
    public long monotonicNs() {
        return clock.monotonicNs();
    }

    @Override
    public void execute(Runnable task) {
        clock.execute(task);
    }

    @Override
    public Timer after(long delayMs, Runnable task) {
        return clock.after(delayMs, task);
    }

    @Override
    public RuntimeException fault(String doing, Throwable cause) {
        throw faults.fault(doing, cause);
    }

    @Override
    public void contained(String doing, Throwable cause) {
        onContained.run();
    }
}
