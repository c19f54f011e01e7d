package io.ottla.coordinator;

import java.nio.ByteBuffer;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;

/**
 * What a coordinator keeps in one partition of its topic: consumer groups, or transactions.
 *
 * <p>Durable state changes in {@link #replay} only, and there only through maps of {@link #timeline}: live, on load and
 * on a follower alike. {@link #handle} and {@link #tick} decide, and say in the {@link Turn} what is to be written and
 * answered. State that need not survive (who waits for what, deadlines) they may change freely.
 *
 * @param <C> its commands
 */
interface Shard<C> {

    Timeline timeline();

    /**
     * Understands a record.
     *
     * @param value empty for a tombstone
     * @return empty if it is of a kind that this shard knows nothing of; such records stay as they are
     * @throws RuntimeException if it is malformed
     */
    Optional<CoordinatorRecord> decode(ByteBuffer key, Optional<ByteBuffer> value);

    /**
     * Applies one record.
     *
     * @param offset of the record; of one that was written just now only as much is known as that it is later than others
     * @param producerId of the transaction that the record belongs to; −1 if none
     */
    void replay(CoordinatorRecord record, long offset, long producerId);

    /** Applies the end of a producer's transaction. */
    void replayMarker(long producerId, boolean committed);

    /** The state is loaded; from now on requests come. */
    void activate(Turn turn);

    void handle(C command, Turn turn);

    void tick(Turn turn);

    /** In steady time ({@link Turn#steadyMs}); {@link io.ottla.base.Core#NO_DEADLINE} if there is none. */
    long nextDeadlineMs();

    /** The state is let go: whoever still waits for an answer gets this error. */
    void deactivate(Turn turn, Errors error);
}
