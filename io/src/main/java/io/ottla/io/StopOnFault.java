package io.ottla.io;

import io.ottla.base.FaultHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs a fault of the program and ends the process at once, with exit status {@value #EXIT_STATUS} (EX_SOFTWARE): no shutdown
 * hook runs, nothing more is written. What was acknowledged is on disk; the next start recovers.
 */
public final class StopOnFault implements FaultHandler {
    private static final Logger LOG = LoggerFactory.getLogger(StopOnFault.class);
    private static final int EXIT_STATUS = 70;

    @Override
    public RuntimeException fault(String doing, Throwable cause) {
        try {
            LOG.error("a fault of the program while {}: this node stops", doing, cause);
        } finally {
            Runtime.getRuntime().halt(EXIT_STATUS);
        }
        return new IllegalStateException(doing, cause);
    }
}
