package io.ottla.coordinator;

import io.ottla.base.Invariant;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;

/**
 * The batches of one partition that are not committed yet, in order: the first is under way to the log, the last is
 * open for more. With one append at a time a failure is simple: it and all behind it are taken back. While an append
 * is under way, what is decided meanwhile gathers in one batch (group commit).
 */
final class WriteQueue {
    private final int batchBytesMax;
    private final Unwritten all;
    private final ArrayDeque<Pending> pending = new ArrayDeque<>();
    private long bytes;

    /** One batch to be, and who waits for it. */
    static final class Pending {
        final long mark;
        final List<CoordinatorBatch.Raw> records = new ArrayList<>();
        final List<Turn.Written> then = new ArrayList<>();
        final List<Turn.Answer<?>> answers = new ArrayList<>();
        int sizeBytes;
        boolean underWay;

        Pending(long mark) {
            this.mark = mark;
        }

        void end(Turn turn, Optional<Errors> failure) {
            then.forEach(written -> written.ended(turn, failure));
        }
    }

    /** What all partitions together have in their queues. */
    static final class Unwritten {
        private long bytes;

        long bytes() {
            return bytes;
        }
    }

    /** @param batchBytesMax of one batch, by the sizes of its records before compression */
    WriteQueue(int batchBytesMax, Unwritten all) {
        this.batchBytesMax = batchBytesMax;
        this.all = all;
    }

    private void count(long more) {
        bytes += more;
        all.bytes += more;
    }

    boolean isEmpty() {
        return pending.isEmpty();
    }

    long sizeBytes() {
        return bytes;
    }

    Pending last() {
        return pending.getLast();
    }

    /** The batch that {@code sizeBytes} more may join; a new one, with a new mark, if there is none. */
    Pending open(Timeline timeline, long sizeBytes) {
        Pending last = pending.peekLast();
        if (last == null || last.underWay || last.sizeBytes + sizeBytes > batchBytesMax) {
            last = new Pending(timeline.nextMark());
            pending.addLast(last);
        }
        return last;
    }

    void add(Pending batch, CoordinatorBatch.Raw record) {
        batch.records.add(record);
        batch.sizeBytes += record.sizeBytes();
        count(record.sizeBytes());
    }

    /** The batch to send, if it is time to send one. */
    Optional<ByteBuffer> next(CoordinatorBatch codec, long nowMs) {
        Pending first = pending.peekFirst();
        if (first == null || first.underWay) return Optional.empty();
        first.underWay = true;
        return Optional.of(codec.encode(first.records, nowMs));
    }

    /** The batch under way has come to its end. */
    Pending finish() {
        Pending first = pending.pollFirst();
        Invariant.invariant(first != null && first.underWay, "an append ended that was not under way");
        count(-first.sizeBytes);
        return first;
    }

    /** Gives all up. */
    List<Pending> drain() {
        List<Pending> all = List.copyOf(pending);
        pending.clear();
        count(-bytes);
        return all;
    }
}
