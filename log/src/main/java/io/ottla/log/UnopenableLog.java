package io.ottla.log;

import java.io.IOException;
import java.nio.file.Path;

/**
 * One log cannot be opened, while its log directory takes and keeps what is written: a file of it cannot be read, or is none. Its partition is offline, the
 * others go on.
 */
public final class UnopenableLog extends IOException {
    private static final long serialVersionUID = 1L;

    UnopenableLog(Path directory, IOException cause) {
        super(
                "%s cannot be read (%s: %s). Its log directory works, so the other partitions are served; put it right, or move it away to begin anew"
                        .formatted(directory, cause.getClass().getSimpleName(), cause.getMessage()),
                cause);
    }
}
