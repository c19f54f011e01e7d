package io.ottla.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** 6400 KB: 4800 for large holders, 1600 for those of up to 100. */
class FrameRoomTest {
    private static final int KB = 1024;

    private final ArrayDeque<Runnable> looks = new ArrayDeque<>();
    private final FrameRoom room = new FrameRoom(6400 * KB, (delayMs, task) -> looks.add(task));
    private final List<String> events = new ArrayList<>();

    private final class Peer implements FrameRoom.Holder {
        final String name;
        final FrameRoom.Part part = new FrameRoom.Part(this);
        boolean isUnfinished = true;

        Peer(String name) {
            this.name = name;
        }

        boolean takes(int kb) {
            return room.take(part, kb * KB);
        }

        void waitsFor(int kb) {
            assertThat(takes(kb)).isFalse();
            room.await(part, kb * KB);
        }

        @Override
        public void roomCame() {
            events.add(name + " has " + part.bytes() / KB);
        }

        @Override
        public boolean isUnfinished() {
            return isUnfinished;
        }

        @Override
        public void evicted(String why) {
            events.add(name + " closed");
            room.release(part, 0);
        }
    }

    private void look() {
        looks.remove().run();
    }

    @Test
    void whoLacksLeastGoesFirst() {
        Peer one = new Peer("one");
        Peer two = new Peer("two");
        Peer three = new Peer("three");
        assertThat(one.takes(4000)).isTrue();
        two.waitsFor(3000);
        three.waitsFor(2000);
        room.release(one.part, 0);
        assertThat(events).containsExactly("three has 2000");
        room.release(three.part, 0);
        assertThat(events).containsExactly("three has 2000", "two has 3000");
    }

    @Test
    void nobodyOvertakesWhoWaits() {
        assertThat(new Peer("one").takes(4000)).isTrue();
        new Peer("two").waitsFor(3000);
        assertThat(new Peer("three").takes(700)).isFalse();
        assertThat(new Peer("small").takes(90)).isTrue();
    }

    @Test
    void smallOnesFindRoomWhateverLargeOnesDo() {
        assertThat(new Peer("large").takes(4800)).isTrue();
        assertThat(room.isTight()).isTrue();
        for (int i = 0; i < 16; i++) assertThat(new Peer("small").takes(100)).isTrue();
        assertThat(events).isEmpty();
        assertThat(new Peer("one more").takes(100)).isTrue();
        assertThat(events).containsExactly("large closed");
    }

    @Test
    void whatWasReadIsKeptAndTheLargestPaysForIt() {
        Peer one = new Peer("one");
        assertThat(room.keep(one.part, 3000 * KB)).isTrue();
        Peer two = new Peer("two");
        assertThat(room.keep(two.part, 3300 * KB)).isTrue();
        assertThat(room.keep(two.part, 3500 * KB)).isFalse();
        assertThat(events).containsExactly("two closed");
        assertThat(room.bytes()).isEqualTo(3000 * KB);
    }

    @Test
    void whoMakesNoUseOfItsRoomIsClosedWhileOthersWait() {
        Peer slow = new Peer("slow");
        Peer brisk = new Peer("brisk");
        assertThat(slow.takes(2000)).isTrue();
        assertThat(brisk.takes(2500)).isTrue();
        assertThat(looks).isEmpty();
        new Peer("waiting").waitsFor(1500);
        slow.part.arrived(KB);
        brisk.part.arrived(200 * KB);
        look();
        assertThat(events).containsExactly("slow closed", "waiting has 1500");
        assertThat(looks).as("nobody waits any more").isEmpty();
    }

    @Test
    void whoHasSentAllIsNotClosedForWaitingToBeTaken() {
        Peer taken = new Peer("not taken yet");
        taken.isUnfinished = false;
        assertThat(taken.takes(4000)).isTrue();
        new Peer("waiting").waitsFor(1500);
        look();
        assertThat(events).isEmpty();
        assertThat(looks).hasSize(1);
    }

    @Test
    void allIsGivenBack() {
        SeededRandom random = new SeededRandom(7);
        List<Peer> peers = new ArrayList<>();
        for (int i = 0; i < 50; i++) peers.add(new Peer("peer " + i));
        for (int i = 0; i < 20_000; i++) {
            Peer peer = peers.get(random.nextInt(peers.size()));
            int kb = 1 + random.nextInt(random.chance(0.5) ? 100 : 4800);
            switch (random.nextInt(4)) {
                case 0 -> {
                    if (!room.take(peer.part, kb * KB) && room.keep(peer.part, Math.min(kb, 64) * KB))
                        room.await(peer.part, kb * KB);
                }
                case 1 -> room.release(peer.part, 0);
                case 2 -> {
                    if (!looks.isEmpty()) look();
                }
                default -> peer.part.arrived(kb * KB / 10);
            }
            assertThat(room.bytes()).isBetween(0L, 6400L * KB);
            assertThat(room.bytes())
                    .isEqualTo(
                            peers.stream().mapToLong(each -> each.part.bytes()).sum());
        }
        for (Peer peer : peers) room.release(peer.part, 0);
        assertThat(room.bytes()).isZero();
    }
}
