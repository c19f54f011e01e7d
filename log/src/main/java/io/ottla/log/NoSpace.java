package io.ottla.log;

import java.io.IOException;

/** The file system is full. Nothing is lost, and writing goes on when there is space again. */
final class NoSpace extends Exception {
    private static final long serialVersionUID = 1L;

    NoSpace(IOException cause) {
        super(cause.getMessage(), cause, false, false);
    }

    /** Java has no type for ENOSPC and EDQUOT, only the operating system's words. */
    static boolean isIt(IOException e) {
        String message = e.getMessage();
        return message != null && (message.contains("No space left on device") || message.contains("quota exceeded"));
    }
}
