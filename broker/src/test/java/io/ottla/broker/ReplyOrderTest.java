package io.ottla.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.DiskFile;
import io.ottla.base.Network.Payload;
import io.ottla.base.SeededRandom;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ReplyOrderTest {
    private final List<String> out = new ArrayList<>();
    private final ReplyOrder replies = new ReplyOrder(new ReplyOrder.Outlet() {
        @Override
        public void send(List<Payload> parts, Runnable left) {
            for (Payload part : parts) {
                if (part instanceof Payload.Bytes(ByteBuffer bytes)) out.add(String.valueOf(bytes.getInt(0)));
                if (part instanceof Payload.FileRange) out.add("file");
            }
        }

        @Override
        public void close() {
            out.add("close");
        }
    });

    private static List<Payload> number(int number) {
        return List.of(new Payload.Bytes(ByteBuffer.allocate(4).putInt(0, number)));
    }

    @Test
    void leaveInTheOrderOfTheRequestsWhateverIsReadyFirst() {
        for (long seed = 0; seed < 200; seed++) {
            out.clear();
            SeededRandom random = new SeededRandom(seed);
            List<ReplyOrder.Place> waiting = new ArrayList<>();
            List<Integer> numbers = new ArrayList<>();
            List<String> wanted = new ArrayList<>();
            int requests = 1 + random.nextInt(40);
            for (int taken = 0; taken < requests || !waiting.isEmpty(); ) {
                if (taken < requests && (waiting.isEmpty() || random.chance(0.4))) {
                    waiting.add(replies.next());
                    numbers.add(taken++);
                    wanted.add(String.valueOf(taken - 1));
                } else {
                    int which = random.nextInt(waiting.size());
                    ReplyOrder.Place place = waiting.remove(which);
                    int number = numbers.remove(which);
                    if (random.chance(0.2)) {
                        place.skip();
                        wanted.set(number, null);
                    } else {
                        place.send(number(number));
                    }
                }
            }
            wanted.removeIf(reply -> reply == null);
            assertThat(out).as("seed %d", seed).isEqualTo(wanted);
        }
    }

    @Test
    void nothingWaitsForWhatWasSkipped() {
        ReplyOrder.Place first = replies.next();
        replies.next().send(number(2));
        assertThat(out).isEmpty();
        first.skip();
        assertThat(out).containsExactly("2");
    }

    @Test
    void closesInTurnAndDropsWhatCameAfter() {
        List<ReplyOrder.Place> places =
                IntStream.range(0, 4).mapToObj(i -> replies.next()).toList();
        places.get(2).close();
        places.get(3).send(number(3));
        places.get(1).send(number(1));
        assertThat(out).isEmpty();
        places.get(0).send(number(0));
        assertThat(out).containsExactly("0", "1", "close");
    }

    @Test
    void letsFilesGoThatNobodyWillGet() {
        int[] released = new int[1];
        DiskFile file = new UnreadableFile(() -> released[0]++);
        List<Payload> parts = List.of(new Payload.FileRange(file, 0, 10), new Payload.FileRange(file, 50, 10));
        ReplyOrder.Place first = replies.next();
        ReplyOrder.Place second = replies.next();
        second.send(parts);
        replies.end();
        assertThat(released[0]).as("ready, but not its turn").isEqualTo(2);
        first.send(parts);
        assertThat(released[0]).as("too late").isEqualTo(4);
        assertThat(out).isEmpty();
    }

    @Test
    void answeringTwiceIsAFault() {
        replies.next();
        ReplyOrder.Place second = replies.next();
        second.skip();
        assertThatThrownBy(second::skip).hasMessageContaining("answered twice");
    }

    private record UnreadableFile(Runnable onRelease) implements DiskFile {
        @Override
        public long size() {
            return 100;
        }

        @Override
        public int read(long position, ByteBuffer target) {
            return 0;
        }

        @Override
        public int readCached(long position, ByteBuffer target) {
            return 0;
        }

        @Override
        public void write(long position, ByteBuffer source) {}

        @Override
        public void truncate(long size) {}

        @Override
        public void sync() {}

        @Override
        public void retain() {}

        @Override
        public void release() {
            onRelease.run();
        }
    }
}
