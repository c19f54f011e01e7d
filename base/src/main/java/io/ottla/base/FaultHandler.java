package io.ottla.base;

/**
 * Where a fault of the program goes: a state that cannot be, an exception that nobody expects. The node stops, loudly,
 * rather than go on with what it no longer understands. Errors of the world (a full disk, a bad request) are values
 * and do not come here.
 */
@FunctionalInterface
public interface FaultHandler {
    /**
     * In production: logs and stops the process. In tests: keeps the fault and rethrows it at the end.
     *
     * @return for {@code throw faults.fault(…)}, so that the compiler knows that nothing follows
     */
    RuntimeException fault(String doing, Throwable cause);

    /**
     * An exception that nobody expected, but before anything had changed: it costs the one request that it came of, which is answered with an error, and is
     * logged and counted by who contained it. The simulator takes it for a fault all the same, so that it is found.
     */
    default void contained(String doing, Throwable cause) {}
}
