package io.ottla.log;

import java.io.IOException;

/** Bytes in a segment are not what was written there. The rest of the log directory may well be sound. */
public final class DamagedLog extends IOException {
    private static final long serialVersionUID = 1L;

    public DamagedLog(String where) {
        super(where);
    }
}
