package io.ottla.sim;

import io.ottla.base.Disk.OpenMode;
import io.ottla.base.DiskFile;
import io.ottla.base.Network;
import io.ottla.base.Network.Payload;
import io.ottla.base.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The smallest program that has the duties of a log: frames (a number each) are appended to a file, synced in groups,
 * and answered when durable. It may be told to make classic mistakes, which the simulator must find.
 *
 * <pre>entry := int64 number, int32 CRC-32C of the number</pre>
 */
final class Journal implements Program, Program.Running {
    static final int PORT = 9000;
    static final Path FILE = Path.of("/journal/log");
    private static final int ENTRY_BYTES = 12;

    enum Mistake {
        NONE,
        ANSWERS_BEFORE_SYNC,
        FORGETS_TO_SYNC_THE_NAME,
        BELIEVES_A_SECOND_SYNC,
        DOES_NOT_CUT_A_TORN_TAIL
    }

    private record Waiting(Network.Connection connection, long number) {}

    private final Mistake mistake;
    private Environment world;
    private DiskFile file;
    private long end;
    private boolean syncing;
    private List<Waiting> waiting = new ArrayList<>();

    Journal(Mistake mistake) {
        this.mistake = mistake;
    }

    @Override
    public Running start(Environment environment) throws IOException {
        world = environment;
        world.disk().createDirectories(FILE.getParent());
        file = world.disk().open(FILE, OpenMode.CREATE);
        end = recover(file);
        if (mistake != Mistake.DOES_NOT_CUT_A_TORN_TAIL) file.truncate(end);
        else end = file.size() / ENTRY_BYTES * ENTRY_BYTES;
        file.sync();
        if (mistake != Mistake.FORGETS_TO_SYNC_THE_NAME) {
            world.disk().syncDirectory(FILE.getParent());
            world.disk().syncDirectory(Path.of("/"));
        }
        world.network()
                .listen(
                        new Network.Listener(
                                "",
                                PORT,
                                prefix -> prefix == 8 ? 8 : -1,
                                new Network.ConnectionLimits(10, 10, 0, 1 << 16)),
                        Session::new);
        return this;
    }

    /** The end of the last sound entry. */
    private static long recover(DiskFile file) throws IOException {
        long at = 0;
        for (ByteBuffer entry = ByteBuffer.allocate(ENTRY_BYTES);
                file.read(at, entry) == ENTRY_BYTES;
                at += ENTRY_BYTES) {
            entry.flip();
            if (crc(entry.getLong()) != entry.getInt()) return at;
            entry.clear();
        }
        return at;
    }

    static List<Long> entries(FileNode file) {
        List<Long> numbers = new ArrayList<>();
        ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
        file.read(0, bytes);
        bytes.flip();
        while (bytes.remaining() >= ENTRY_BYTES) {
            long number = bytes.getLong();
            if (crc(number) != bytes.getInt()) break;
            numbers.add(number);
        }
        return numbers;
    }

    private static int crc(long number) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(8).putLong(number).flip());
        return (int) crc.getValue() ^ 0x5A5A5A5A; // so that zeros are not sound
    }

    private final class Session implements Network.Receiver {
        private final Network.Connection connection;

        Session(Network.Connection connection) {
            this.connection = connection;
        }

        @Override
        public void received(int prefix, ByteBuffer frame) {
            long number = frame.getLong();
            try {
                file.write(
                        end,
                        ByteBuffer.allocate(ENTRY_BYTES)
                                .putLong(number)
                                .putInt(crc(number))
                                .flip());
            } catch (IOException e) {
                connection.close(false); // what was written of it is overwritten by the next
                return;
            }
            end += ENTRY_BYTES;
            if (mistake == Mistake.ANSWERS_BEFORE_SYNC) answer(new Waiting(connection, number));
            else waiting.add(new Waiting(connection, number));
            sync();
        }

        @Override
        public void closed() {}
    }

    private void sync() {
        if (syncing || waiting.isEmpty()) return;
        syncing = true;
        List<Waiting> group = waiting;
        waiting = new ArrayList<>();
        world.disk().submit(FILE, this::syncNow, outcome -> {
            syncing = false;
            switch (outcome) {
                case Outcome.Done<Void> done -> group.forEach(Journal::answer);
                case Outcome.Failed<Void>(IOException cause) ->
                    throw world.faultHandler().fault("syncing the journal", cause);
            }
            sync();
        });
    }

    private Void syncNow() throws IOException {
        try {
            file.sync();
        } catch (IOException e) {
            if (mistake != Mistake.BELIEVES_A_SECOND_SYNC) throw e;
            file.sync();
        }
        return null;
    }

    private static void answer(Waiting who) {
        who.connection()
                .send(List.of(new Payload.Bytes(
                        ByteBuffer.allocate(8).putLong(who.number()).flip())));
    }

    @Override
    public void stop(Runnable stopped) {
        file.release();
        stopped.run();
    }
}
