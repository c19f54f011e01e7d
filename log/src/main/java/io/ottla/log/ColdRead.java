package io.ottla.log;

import java.io.IOException;

/** The bytes are not in the page cache, and the caller may not wait for them: to be repeated on a disk thread. */
final class ColdRead extends IOException {
    private static final long serialVersionUID = 1L;

    static final ColdRead INSTANCE = new ColdRead();

    private ColdRead() {
        super("not in the page cache");
    }

    @Override
    public Throwable fillInStackTrace() {
        return this;
    }
}
