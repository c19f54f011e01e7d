package io.ottla.log;

import java.io.IOException;

/** A log is not opened any more, since the node stops: nothing is wrong with it. */
public final class LogsClosing extends IOException {
    private static final long serialVersionUID = 1L;

    LogsClosing() {
        super("the logs are being closed");
    }
}
