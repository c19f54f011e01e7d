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
}
