package io.ottla.keeper.write;

import static io.ottla.keeper.write.BroadcastContract.proposal;
import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.keeper.TestWorld;
import io.ottla.keeper.files.TxnLog;
import io.ottla.keeper.files.TxnLogReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Batches, and what becomes of them. One step of the world is one write. */
class JournalTest {
    private static final Path FILES = Path.of("/data/version-2");

    private final TestWorld world = new TestWorld();
    private final Journal journal = new Journal(world, "log", world, new TxnLog(world, FILES));
    private final List<Journal.Event> events = new ArrayList<>();

    @BeforeEach
    void listen() {
        journal.tells(events::add);
    }

    private static Journal.Event durable(long zxid) {
        return new Journal.Event.Durable(zxid);
    }

    /** The zxids in the file that begins with {@code first}. */
    private List<Long> logged(long first) throws IOException {
        Path path = FILES.resolve(TxnLog.name(first));
        TxnLogReader reader = new TxnLogReader(world.open(path, io.ottla.base.Disk.OpenMode.READ), "log");
        reader.readHeader();
        List<Long> zxids = new ArrayList<>();
        for (var txn = reader.next(); txn.isPresent(); txn = reader.next())
            zxids.add(txn.get().zxid());
        return zxids;
    }

    @Test
    void whatComesDuringAWriteSharesTheNext() throws IOException {
        for (long zxid = 1; zxid <= 5; zxid++) journal.append(proposal(zxid));
        assertThat(events).isEmpty();
        world.step();
        assertThat(events).containsExactly(durable(1));
        assertThat(journal.isIdle()).isFalse();
        world.step();
        assertThat(events).containsExactly(durable(1), durable(5));
        assertThat(journal.isIdle()).isTrue();
        assertThat(logged(1)).containsExactly(1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void aWriteHasSoManyAtMost() {
        for (long zxid = 1; zxid <= Journal.BATCH_TXNS_MAX + 2; zxid++) journal.append(proposal(zxid));
        world.drain();
        assertThat(events)
                .containsExactly(durable(1), durable(Journal.BATCH_TXNS_MAX + 1), durable(Journal.BATCH_TXNS_MAX + 2));
    }

    /** Who is told asks for more: that is one write and not many. */
    @Test
    void whatComesWhileSomebodyIsToldSharesAWrite() {
        journal.tells(event -> {
            events.add(event);
            if (event.equals(durable(1))) for (long zxid = 2; zxid <= 9; zxid++) journal.append(proposal(zxid));
        });
        journal.append(proposal(1));
        world.drain();
        assertThat(events).containsExactly(durable(1), durable(9));
    }

    @Test
    void theNextWriteBeginsANewFileWhereThatIsWanted() throws IOException {
        journal.append(proposal(1));
        world.drain();
        journal.roll();
        journal.append(proposal(2));
        world.drain();
        assertThat(logged(1)).containsExactly(1L);
        assertThat(logged(2)).containsExactly(2L);
    }

    @Test
    void withoutRoomAllThatIsNotDurableIsForgottenAndTheLogIsAskedAgainLater() {
        world.capacityBytes = 0;
        for (long zxid = 1; zxid <= 3; zxid++) journal.append(proposal(zxid));
        world.drain();
        assertThat(events).hasSize(1).allMatch(event -> event instanceof Journal.Event.NoRoom);
        assertThat(journal.isIdle()).isTrue();
        world.capacityBytes = Long.MAX_VALUE;
        journal.append(proposal(1));
        world.drain();
        assertThat(events).hasSize(1);
        world.pass(Journal.NO_ROOM_PAUSE_MS);
        assertThat(events).hasSize(2).endsWith(durable(1));
    }

    @Test
    void afterAFailureNothingIsWrittenAnyMore() {
        journal.append(proposal(1));
        world.drain();
        world.syncFails = true;
        journal.append(proposal(2));
        journal.append(proposal(3));
        world.drain();
        assertThat(events).hasSize(2);
        assertThat(events.getLast()).isInstanceOf(Journal.Event.Failed.class);
        world.syncFails = false;
        int writes = world.writes;
        journal.append(proposal(4));
        world.drain();
        assertThat(events).hasSize(2);
        assertThat(world.writes).isEqualTo(writes);
    }
}
