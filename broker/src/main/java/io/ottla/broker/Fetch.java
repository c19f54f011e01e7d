package io.ottla.broker;

import io.ottla.base.Clock;
import io.ottla.kafkamessages.FetchResponseData.PartitionData;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;

/**
 * One fetch, until it is answered: looks at the partitions that may have something, waits for others to change if that
 * is not enough, and reads when it is enough, or when an error is to be told, or when the time is up.
 *
 * <p>While it waits, it is told by the watchers of its session, and looks again once in a turn of the loop, at what
 * changed in that turn and nothing else.
 */
final class Fetch {

    /** Takes what the fetch comes to; one of the methods is called, once. */
    interface Answer {
        void send(int sessionId, List<Told> partitions);

        void refuse(Errors error);

        /** Nobody is there any more. */
        void drop();
    }

    /** What is told of a partition, and what had been asked. */
    record Told(FetchedPartition.Key key, long fetchOffset, int maxBytes, PartitionData data) {}

    private final FetchReader reader;
    private final Clock clock;
    private final ClientConnection client;
    private final FetchTerms terms;
    private final FetchSession session;
    private final boolean incremental;
    private final Answer answer;
    private final Runnable onClose = this::abandon;

    /** Those looked at that are opening or have something to tell. All are told of if the fetch is not incremental. */
    private final List<FetchedPartition> touched = new ArrayList<>();

    private Optional<Clock.Timer> timer = Optional.empty();
    private long availableBytes;
    private int opening;
    private boolean isUrgent;
    private boolean isTimeUp;
    private boolean isWoken;
    private boolean isDone;

    /** Reads that the device must be asked for. */
    private int coldReads;

    Fetch(
            FetchReader reader,
            Clock clock,
            ClientConnection client,
            FetchTerms terms,
            FetchSession session,
            boolean incremental,
            Answer answer) {
        this.reader = reader;
        this.clock = clock;
        this.client = client;
        this.terms = terms;
        this.session = session;
        this.incremental = incremental;
        this.answer = answer;
    }

    void begin() {
        session.setWaiting(this).ifPresent(Fetch::loseTurn);
        isTimeUp = terms.maxWaitMs() <= 0 || session.size() == 0;
        look();
        if (finishIfDue()) return;
        if (!isTimeUp) timer = Optional.of(clock.after(terms.maxWaitMs(), this::timeUp));
        client.onClose(onClose);
    }

    /** One of its partitions has changed. */
    void wake() {
        if (isDone || isWoken) return;
        isWoken = true;
        clock.execute(() -> {
            isWoken = false;
            lookAgain();
        });
    }

    private void timeUp() {
        isTimeUp = true;
        lookAgain();
    }

    private void lookAgain() {
        if (isDone) return;
        look();
        finishIfDue();
    }

    private void look() {
        for (int left = session.queued(); left > 0; left--) {
            FetchedPartition partition = session.dequeue();
            if (partition != null) lookAt(partition);
        }
    }

    private void lookAt(FetchedPartition partition) {
        long bytesBefore = partition.availableBytes;
        boolean wasOpening = partition.isOpening;
        boolean wasTouched = wasOpening || partition.isFound;
        FetchReader.Look look = reader.look(partition, terms);
        partition.isOpening = look == FetchReader.Look.OPENING;
        partition.isFound |= look == FetchReader.Look.SOMETHING || look == FetchReader.Look.URGENT;
        isUrgent |= look == FetchReader.Look.URGENT;
        availableBytes += partition.availableBytes - bytesBefore;
        if (partition.isOpening != wasOpening) opening += partition.isOpening ? 1 : -1;
        if (!wasTouched && (partition.isOpening || partition.isFound)) touched.add(partition);
    }

    private boolean finishIfDue() {
        boolean isEnough = availableBytes >= terms.minBytes();
        if (opening > 0 || !(isEnough || isUrgent || isTimeUp)) return false;
        done();
        read(incremental ? touched : session.partitions());
        return true;
    }

    /** Reads, as far as the response may grow. What had its turn comes after what had none, next time. */
    private void read(Collection<FetchedPartition> partitions) {
        List<Told> told = new ArrayList<>();
        List<FetchedPartition> served = new ArrayList<>();
        int leftBytes = terms.maxBytes();
        boolean isFirst = true;
        coldReads = 1;
        for (FetchedPartition partition : partitions) {
            boolean hadBytes = partition.availableBytes > 0;
            partition.leaveFetch();
            if (partition.isForgotten) continue;
            int readBytes;
            PartitionData data;
            switch (reader.read(partition, terms, leftBytes, isFirst)) {
                case FetchReader.Got.Data(PartitionData now) -> {
                    data = now;
                    readBytes = data.records().sizeInBytes();
                }
                case FetchReader.Got.Cold cold -> {
                    data = cold.data();
                    readBytes = Math.max(1, cold.maxBytes());
                    coldReads++;
                    reader.readCold(cold, terms, () -> coldReadDone(told));
                }
            }
            told.add(new Told(partition.key(), partition.fetchOffset, Math.max(0, partition.maxBytes), data));
            if (readBytes > 0 || data.errorCode() != Errors.NONE.code()) served.add(partition);
            else if (hadBytes) session.enqueue(partition);
            boolean isNews = readBytes > 0 || isNews(partition, data);
            remember(partition, data);
            if (incremental && !isNews) told.removeLast();
            leftBytes = Math.max(0, leftBytes - readBytes);
            isFirst &= readBytes == 0;
        }
        served.forEach(session::enqueue);
        coldReadDone(told);
    }

    /** Whether a client that knows the last response has to be told. */
    private static boolean isNews(FetchedPartition partition, PartitionData data) {
        return data.errorCode() != Errors.NONE.code()
                || data.divergingEpoch().epoch() >= 0
                || data.highWatermark() != partition.toldHighWatermark
                || data.logStartOffset() != partition.toldLogStartOffset;
    }

    private static void remember(FetchedPartition partition, PartitionData data) {
        partition.toldHighWatermark = data.highWatermark();
        partition.toldLogStartOffset = data.logStartOffset();
    }

    private void coldReadDone(List<Told> told) {
        coldReads--;
        if (coldReads > 0) return;
        leaveSession();
        answer.send(session.id(), told);
    }

    private void leaveSession() {
        session.doneWaiting(this);
        if (session.id() == FetchSession.NONE) session.close();
    }

    /** The session has gone on with another request: this one was not answered in time. */
    private void loseTurn() {
        if (isDone) return;
        done();
        forgetTouched();
        answer.refuse(Errors.INVALID_FETCH_SESSION_EPOCH);
    }

    private void abandon() {
        if (isDone) return;
        done();
        forgetTouched();
        leaveSession();
        answer.drop();
    }

    private void forgetTouched() {
        for (FetchedPartition partition : touched) {
            partition.leaveFetch();
            if (!partition.isForgotten) session.enqueue(partition);
        }
    }

    private void done() {
        isDone = true;
        timer.ifPresent(Clock.Timer::cancel);
        client.notOnClose(onClose);
    }
}
