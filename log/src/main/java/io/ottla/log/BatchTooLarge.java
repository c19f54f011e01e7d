package io.ottla.log;

import java.io.IOException;

/** A batch, which may well be sound, takes more memory to be looked into than there is for it ({@link LogSettings#batchHeldBytesMax}). */
public final class BatchTooLarge extends IOException {
    private static final long serialVersionUID = 1L;

    BatchTooLarge(long baseOffset, String why) {
        super("the batch at offset %d is too large to be looked into: %s".formatted(baseOffset, why));
    }
}
