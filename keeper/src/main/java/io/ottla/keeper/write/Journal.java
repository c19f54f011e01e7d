package io.ottla.keeper.write;

import io.ottla.base.Clock;
import io.ottla.base.Disk;
import io.ottla.base.Effects;
import io.ottla.base.LineBudget;
import io.ottla.base.Outcome;
import io.ottla.keeper.api.Timings;
import io.ottla.keeper.files.Proposal;
import io.ottla.keeper.files.TxnLog;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes proposals durable: appends them to the transaction log and syncs it, one write under way at a time. What comes meanwhile goes into the next
 * one together. Knows how far the log is durable, and nothing of what is in it.
 */
public final class Journal {
    private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

    /** As much is written and synced at once, but at least one proposal. */
    static final int BATCH_BYTES_MAX = 1 << 20;

    /** And at most so many, so that one batch is applied while the next is written. */
    static final int BATCH_TXNS_MAX = 1000;

    /** With a full disk the log is asked so often whether it has room again, and what came meanwhile is answered so late. */
    public static final long NO_ROOM_PAUSE_MS = 100;

    private static final int NO_ROOM_LINES = 2;
    private static final long NO_ROOM_LINES_MS = 10_000;

    private final Disk disk;
    private final Object diskKey;
    private final Clock clock;
    private final TxnLog log;
    private Effects<Event> told = event -> {};
    private final ArrayDeque<Proposal> waiting = new ArrayDeque<>();
    private Timings timings = Timings.NONE;
    private long writingSinceNs;
    private boolean writing;

    /** What comes while somebody is told goes into one write, after it. */
    private boolean telling;

    private boolean rollWanted;
    private boolean waitsForRoom;
    private boolean failed;

    private final LineBudget noRoomLines = new LineBudget(NO_ROOM_LINES, NO_ROOM_LINES_MS);

    /** Since the log had room: the proposals that were forgotten. */
    private int forgottenForRoom;

    /** What becomes of what was appended. */
    sealed interface Event {

        /** It survives a loss of power, up to that zxid. */
        record Durable(long zxid) implements Event {}

        /** Nothing that is not durable was written, and it is forgotten. */
        record NoRoom(String why) implements Event {}

        /** It is not known what was written; nothing more is. */
        record Failed(IOException cause) implements Event {}
    }

    /** @param diskKey of all that is done to the log */
    public Journal(Disk disk, Object diskKey, Clock clock, TxnLog log) {
        this.disk = disk;
        this.diskKey = diskKey;
        this.clock = clock;
        this.log = log;
    }

    /** Who is told. One listener. */
    void tells(Effects<Event> told) {
        this.told = told;
    }

    public void timings(Timings told) {
        this.timings = told;
    }

    /** The zxid is above that of the last. What becomes of it is told after this call. */
    void append(Proposal proposal) {
        waiting.addLast(proposal);
        if (!telling) write();
    }

    /** The next write begins a new file. */
    void roll() {
        rollWanted = true;
    }

    /** Whether everything that was appended is durable, or forgotten. */
    boolean isIdle() {
        return !writing && waiting.isEmpty();
    }

    /** Hands the log what waits, unless it is busy. */
    private void write() {
        if (writing || waiting.isEmpty() || failed || waitsForRoom) return;
        List<Proposal> batch = new ArrayList<>();
        int bytes = 0;
        while (!waiting.isEmpty() && batch.size() < BATCH_TXNS_MAX) {
            if (!batch.isEmpty() && bytes + waiting.getFirst().bytes().length > BATCH_BYTES_MAX) break;
            Proposal next = waiting.removeFirst();
            batch.add(next);
            bytes += next.bytes().length;
        }
        boolean roll = rollWanted;
        rollWanted = false;
        writing = true;
        writingSinceNs = clock.monotonicNs();
        disk.submit(
                diskKey,
                () -> {
                    if (roll) log.roll();
                    log.append(batch);
                    return true;
                },
                outcome -> written(batch, outcome));
    }

    private void written(List<Proposal> batch, Outcome<Boolean> outcome) {
        writing = false;
        switch (outcome) {
            case Outcome.Done<Boolean> done -> {
                timings.synced(batch.size(), (clock.monotonicNs() - writingSinceNs) / 1_000_000);
                if (forgottenForRoom > 0) tellOfRoom();
                // the disk has the next batch already while this one is applied
                write();
                tell(new Event.Durable(batch.getLast().zxid()));
            }
            case Outcome.Failed<Boolean>(TxnLog.NoRoom noRoom) -> {
                noRoom(batch.size() + waiting.size(), noRoom.getMessage());
                waiting.clear();
                tell(new Event.NoRoom(noRoom.getMessage()));
            }
            case Outcome.Failed<Boolean>(IOException cause) -> {
                failed = true;
                waiting.clear();
                tell(new Event.Failed(cause));
            }
        }
    }

    private void tell(Event event) {
        telling = true;
        told.add(event);
        telling = false;
        write();
    }

    /** Nothing will be written for a while: clients that ask again at once wait for the next try. */
    private void noRoom(int forgotten, String why) {
        if (noRoomLines.take(clock.nowMs()) >= 0)
            LOG.warn("{}: requests that change something are refused until there is room, reads are served", why);
        forgottenForRoom += forgotten;
        waitsForRoom = true;
        clock.after(NO_ROOM_PAUSE_MS, () -> {
            waitsForRoom = false;
            write();
        });
    }

    private void tellOfRoom() {
        if (noRoomLines.take(clock.nowMs()) < 0) return;
        LOG.info("the transaction log has room again; {} requests were refused", forgottenForRoom);
        forgottenForRoom = 0;
    }
}
