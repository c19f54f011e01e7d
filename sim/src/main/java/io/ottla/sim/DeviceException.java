package io.ottla.sim;

import java.io.IOException;

/** The device failed because the simulation wanted it so, not because the program asked for nonsense. */
final class DeviceException extends IOException {
    private static final long serialVersionUID = 1;

    DeviceException(String message) {
        super(message);
    }

    /** Whether a failing device is what led to {@code cause}. */
    static boolean isBehind(Throwable cause) {
        for (Throwable at = cause; at != null; at = at.getCause()) if (at instanceof DeviceException) return true;
        return false;
    }
}
