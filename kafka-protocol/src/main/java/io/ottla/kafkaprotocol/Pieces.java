package io.ottla.kafkaprotocol;

import java.nio.ByteBuffer;

/** Sees bytes go by that nobody holds as a whole. */
@FunctionalInterface
public interface Pieces {
    Pieces UNSEEN = (bytes, position, length) -> {};

    /** The next {@code length} bytes, at {@code position} of {@code bytes}, which is not changed; good within the call only. */
    void piece(ByteBuffer bytes, int position, int length);
}
