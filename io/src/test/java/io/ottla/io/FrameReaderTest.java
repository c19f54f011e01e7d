package io.ottla.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.ottla.base.FrameRoom;
import io.ottla.base.SeededRandom;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Frames come out as they went in, however they were cut, and memory follows what came. */
class FrameReaderTest {
    private static final int FRAME_BYTES_MAX = 100 * 1024 * 1024;
    private static final int SHARED_BYTES = 256 * 1024;

    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final List<byte[]> frames = new ArrayList<>();
    private final List<Integer> refused = new ArrayList<>();
    private boolean paused;
    private int pauseAfterFrames = Integer.MAX_VALUE;
    private FrameReader closeOnFrame;

    private final FrameRoom room = new FrameRoom(512L << 20, (delayMs, task) -> {});
    private final FrameRoom.Part part = new FrameRoom.Part(new FrameRoom.Holder() {
        @Override
        public void roomCame() {
            reader.roomCame();
        }

        @Override
        public boolean isUnfinished() {
            return true;
        }

        @Override
        public void evicted(String why) {
            throw new AssertionError(why);
        }
    });

    private final FrameReader reader = reader();

    private FrameReader reader() {
        return new FrameReader(
                prefix -> prefix < 0 || prefix > FRAME_BYTES_MAX ? -1 : prefix,
                Unpooled.directBuffer(SHARED_BYTES, SHARED_BYTES),
                allocator,
                room,
                part,
                new FrameReader.Frames() {
                    @Override
                    public boolean paused() {
                        return paused;
                    }

                    @Override
                    public void frame(int prefix, ByteBuffer body) {
                        assertThat(body.remaining()).isEqualTo(prefix);
                        if (closeOnFrame != null) closeOnFrame.close();
                        byte[] copy = new byte[body.remaining()];
                        body.get(copy);
                        frames.add(copy);
                        if (frames.size() >= pauseAfterFrames) paused = true;
                    }

                    @Override
                    public void refused(int prefix) {
                        refused.add(prefix);
                    }

                    @Override
                    public void tooLarge(long frameBytes) {
                        throw new AssertionError("too large: " + frameBytes);
                    }

                    @Override
                    public void noMemory() {
                        throw new AssertionError("no memory");
                    }

                    @Override
                    public void roomChanged() {}
                });
    }

    /** As Netty does: gets a buffer, fills at most what it has room for, hands it over. */
    private int arrive(byte[] stream, int from, int atMost) {
        ByteBuf buffer = reader.allocate(ByteBufAllocator.DEFAULT);
        int bytes = Math.min(Math.min(buffer.writableBytes(), atMost), stream.length - from);
        buffer.writeBytes(stream, from, bytes);
        reader.attemptedBytesRead(bytes);
        reader.lastBytesRead(bytes);
        reader.read(buffer, bytes);
        buffer.release();
        return bytes;
    }

    private void arriveAll(byte[] stream, int step) {
        for (int at = 0; at < stream.length; ) at += arrive(stream, at, step);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void framesComeOutAsTheyWentIn(long seed) {
        SeededRandom random = new SeededRandom(seed);
        List<byte[]> sent = new ArrayList<>();
        ByteBuffer stream = ByteBuffer.allocate(64 * 1024 * 1024);
        for (int i = 0; i < 60; i++) {
            byte[] body = new byte
                    [switch (random.nextInt(4)) {
                        case 0 -> 0;
                        case 1 -> random.nextInt(10);
                        case 2 -> random.nextInt(100_000);
                        default -> random.nextInt(2_000_000);
                    }];
            for (int b = 0; b < body.length; b += 97) body[b] = (byte) random.nextLong();
            sent.add(body);
            stream.put(Client.frame(body));
        }
        byte[] bytes = java.util.Arrays.copyOf(stream.array(), stream.position());
        for (int at = 0; at < bytes.length; ) {
            boolean trickle = random.chance(0.3);
            at += arrive(bytes, at, 1 + random.nextInt(trickle ? 10 : 300_000));
            // pauses now and then, with more to come all the same, as when the socket is being closed
            if (random.chance(0.05)) paused = true;
            if (paused && random.chance(0.5)) {
                paused = false;
                reader.resume();
            }
        }
        paused = false;
        reader.resume();
        assertThat(frames).usingElementComparator(java.util.Arrays::compare).isEqualTo(sent);
        assertThat(reader.heldBytes()).isZero();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void memoryFollowsTheBytesThatCameNotTheLengthAnnounced() {
        byte[] start = ByteBuffer.allocate(3_000_000).putInt(0, FRAME_BYTES_MAX).array();
        int at = 0;
        for (int step : new int[] {1, 1, 1, 1, 1, 5, 100, 1_000, 50_000, 200_000, 1_000_000, 1_700_000}) {
            for (int end = Math.min(at + step, start.length); at < end; ) at += arrive(start, at, end - at);
            // a buffer of the allocator's own may round a few bytes up to 16
            assertThat(allocator.metric().usedDirectMemory())
                    .as("memory held after %d bytes", at)
                    .isLessThanOrEqualTo(8L * at + 16);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, Integer.MIN_VALUE, FRAME_BYTES_MAX + 1, Integer.MAX_VALUE, 0x16030100, 0x47455420})
    void whatIsNoLengthIsRefusedAndNothingIsAllocated(int prefix) {
        arriveAll(ByteBuffer.allocate(100).putInt(prefix).array(), 100);
        assertThat(refused).containsExactly(prefix);
        assertThat(frames).isEmpty();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void aRefusedLengthThatComesInPiecesIsRefusedOnce() {
        arriveAll(ByteBuffer.allocate(100).putInt(-2).array(), 1);
        assertThat(refused).containsExactly(-2);
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void afterAPauseFramesThatCameAlreadyAreHandedOnInOrder() {
        pauseAfterFrames = 2;
        ByteBuffer stream = ByteBuffer.allocate(50);
        for (byte i = 1; i <= 5; i++) stream.put(Client.frame(new byte[] {i}));
        arriveAll(java.util.Arrays.copyOf(stream.array(), stream.position()), 100);
        assertThat(frames).hasSize(2);
        pauseAfterFrames = Integer.MAX_VALUE;
        paused = false;
        reader.resume();
        assertThat(frames).extracting(frame -> (int) frame[0]).containsExactly(1, 2, 3, 4, 5);
    }

    @Test
    void closingWhileAFrameIsHandedOnLeavesItsBytesAloneAndDropsTheRest() {
        closeOnFrame = reader;
        byte[] body = new byte[1_000_000];
        java.util.Arrays.fill(body, (byte) 7);
        arriveAll(Client.frame(body), 100_000);
        arriveAll(Client.frame(body), 100_000);
        assertThat(frames).hasSize(1);
        assertThat(frames.getFirst()).containsOnly(7);
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void aFrameThatTricklesIsNoTraffic() {
        long before = reader.progress();
        arriveAll(ByteBuffer.allocate(4_000).putInt(1_000_000).array(), 1);
        assertThat(reader.progress()).isEqualTo(before);
        arriveAll(new byte[200], 1);
        assertThat(reader.progress()).isEqualTo(before + 1);
    }

    @Test
    void readingStopsAfterAMegabyteSoThatOthersGetTheirTurn() {
        byte[] frame = Client.frame(new byte[10_000_000]);
        reader.reset(null);
        int at = 0;
        do {
            at += arrive(frame, at, Integer.MAX_VALUE);
        } while (reader.continueReading());
        assertThat(at).isBetween(1024 * 1024, 5 * 1024 * 1024);
    }
}
