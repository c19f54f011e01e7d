package io.ottla.kafkaprotocol;

import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Several batches back to back, as in a produce request, a fetch answer and a segment file. Nothing here reads outside
 * of position and limit, whatever the bytes say.
 */
public final class Batches {

    /** The buffer ends before the batch does: a torn tail, or more has to be read. */
    public static final int INCOMPLETE = -1;
    /** No batch can begin like this: unknown magic, or a length below what the magic needs. */
    public static final int CORRUPT = -2;

    private Batches() {}

    /**
     * The size in bytes, prefix included, of the batch that begins at {@code position} and of which at least
     * {@link BatchView#MAGIC_END} bytes are in the buffer. The rest of it need not be: this is how a file is walked by
     * headers. A size above {@link Integer#MAX_VALUE} is corrupt.
     *
     * @return the size; or {@link #INCOMPLETE}; or {@link #CORRUPT}
     */
    public static int announcedSize(ByteBuffer buffer, int position) {
        if (position < 0 || buffer.limit() - position < BatchView.MAGIC_END) return INCOMPLETE;
        int length = buffer.getInt(position + BatchView.LENGTH);
        int least = switch (buffer.get(position + BatchView.MAGIC)) {
            case 0 -> BatchView.MIN_BYTES_V0;
            case 1 -> BatchView.MIN_BYTES_V1;
            case 2 -> BatchView.HEADER_BYTES_V2;
            default -> Integer.MAX_VALUE;
        };
        boolean plausible =
                length >= least - BatchView.PREFIX_BYTES && length <= Integer.MAX_VALUE - BatchView.PREFIX_BYTES;
        return plausible ? length + BatchView.PREFIX_BYTES : CORRUPT;
    }

    /** As {@link #announcedSize}, but {@link #INCOMPLETE} also if the batch reaches beyond the buffer's limit. */
    public static int sizeAt(ByteBuffer buffer, int position) {
        int size = announcedSize(buffer, position);
        return size > buffer.limit() - position ? INCOMPLETE : size;
    }

    /** The size of the batch at the buffer's position, as {@link #sizeAt}. */
    public static int nextSize(ByteBuffer buffer) {
        return sizeAt(buffer, buffer.position());
    }

    /** A view of the first batch; empty if no whole one begins at the buffer's position. */
    public static Optional<BatchView> first(ByteBuffer buffer) {
        return nextSize(buffer) < 0 ? Optional.empty() : Optional.of(new BatchView().wrap(buffer, buffer.position()));
    }

    /**
     * Shows each whole batch from position on to {@code visitor}, one view moved from batch to batch, and stops at the
     * limit or before the first that is torn or corrupt.
     *
     * @return the bytes walked over: less than {@code remaining()} if it stopped early, and then {@link #sizeAt} says why
     */
    public static int forEach(ByteBuffer buffer, Consumer<BatchView> visitor) {
        BatchView view = new BatchView();
        int position = buffer.position();
        for (int size = sizeAt(buffer, position); size > 0; size = sizeAt(buffer, position)) {
            visitor.accept(view.wrap(buffer, position));
            position += size;
        }
        return position - buffer.position();
    }

    /** The bytes of the whole batches at the beginning: what {@link #forEach} would walk over. */
    public static int wholeBytes(ByteBuffer buffer) {
        return forEach(buffer, view -> {});
    }
}
