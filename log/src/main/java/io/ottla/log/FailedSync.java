package io.ottla.log;

import java.io.IOException;

/**
 * A sync failed. The operating system may show bytes that the device never got, and the next sync may succeed without them: so nothing in the log
 * directory is to be called durable any more ({@link SyncFailure}).
 */
final class FailedSync extends IOException {
    private static final long serialVersionUID = 1L;

    FailedSync(IOException cause) {
        super(cause.getMessage(), cause);
    }
}
