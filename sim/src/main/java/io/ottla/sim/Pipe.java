package io.ottla.sim;

import io.ottla.base.SeededRandom;
import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * One direction of a connection: bytes arrive in order, after a while, in other pieces than they were sent. What has
 * been sent and not been taken yet is bounded, as by the socket buffers of both sides.
 */
final class Pipe {
    static final int WINDOW_BYTES = 1 << 18;

    /** The receiving side. Called on its lane. */
    interface Sink {
        /** Bytes are there; they count against the window until they are {@link Pipe#taken}. */
        void arrived(byte[] bytes);

        /** Nothing more comes. {@code broken}: the connection was cut and bytes may be missing. */
        void ended(boolean broken);
    }

    private final Agenda agenda;
    private final SeededRandom random;
    private final NetworkTiming timing;
    private final Agenda.Lane senderLane;
    private final Agenda.Lane receiverLane;
    private final Links.Link way;
    private final Links.Link wayBack;
    private final ArrayDeque<byte[]> underWay = new ArrayDeque<>();

    /** What would have arrived, while the way is cut. */
    private final ArrayDeque<Runnable> held = new ArrayDeque<>();

    private Sink sink;
    private Runnable onRoom = () -> {};
    private long lastDueNs;
    private int windowUsed;
    private boolean finished;

    /** Nothing more arrives. */
    private boolean isOver;

    /** The sender has heard that nobody takes what it sends. */
    private boolean isRefused;

    private boolean silent;

    Pipe(Agenda agenda, SeededRandom random, NetworkTiming timing, Agenda.Lane senderLane, Agenda.Lane receiverLane) {
        this(agenda, random, timing, senderLane, receiverLane, Links.OPEN, Links.OPEN);
    }

    /** @param wayBack by which the sender hears that there is room again */
    Pipe(
            Agenda agenda,
            SeededRandom random,
            NetworkTiming timing,
            Agenda.Lane senderLane,
            Agenda.Lane receiverLane,
            Links.Link way,
            Links.Link wayBack) {
        this.way = way;
        this.wayBack = wayBack;
        this.agenda = agenda;
        this.random = random;
        this.timing = timing;
        this.senderLane = senderLane;
        this.receiverLane = receiverLane;
    }

    void sink(Sink receiver) {
        sink = receiver;
    }

    /** Called on the sender's lane when there is room again, or never will be. */
    void onRoom(Runnable roomForSender) {
        onRoom = roomForSender;
    }

    /** The first thing to happen on the receiver's side. */
    void open(Runnable opened) {
        arrive(opened);
    }

    /** Known to the sender: what it has not sent yet has nowhere to go. */
    boolean isRefused() {
        return isRefused;
    }

    /** How many bytes can be pushed now. */
    int room() {
        return finished || isRefused ? 0 : WINDOW_BYTES - windowUsed;
    }

    void push(byte[] bytes) {
        if (bytes.length == 0 || finished || isRefused) return;
        windowUsed += bytes.length;
        if (isOver) return;
        int at = 0;
        while (at < bytes.length) {
            int count = random.chance(timing.splitChance()) ? 1 + random.nextInt(bytes.length - at) : bytes.length - at;
            segment(Arrays.copyOfRange(bytes, at, at + count));
            at += count;
        }
    }

    private void segment(byte[] bytes) {
        if (!underWay.isEmpty() && random.chance(timing.mergeChance())) {
            byte[] last = underWay.removeLast();
            byte[] merged = Arrays.copyOf(last, last.length + bytes.length);
            System.arraycopy(bytes, 0, merged, last.length, bytes.length);
            underWay.addLast(merged);
            return;
        }
        underWay.addLast(bytes);
        arrive(() -> sink.arrived(underWay.removeFirst()));
    }

    private void arrive(Runnable arrival) {
        lastDueNs = Math.max(lastDueNs, agenda.nowNs() + timing.draw(random));
        agenda.at(lastDueNs, receiverLane, () -> {
            if (isOver) return;
            if (!way.isCut() && held.isEmpty()) {
                arrival.run();
            } else {
                if (held.isEmpty()) way.whenHealed(this::healed);
                held.add(arrival);
            }
        });
    }

    private void healed() {
        agenda.in(timing.draw(random), receiverLane, () -> {
            if (way.isCut()) way.whenHealed(this::healed);
            else while (!held.isEmpty() && !isOver) held.remove().run();
        });
    }

    /** The receiver has taken bytes out of the window. */
    void taken(int count) {
        if (wayBack.isCut()) {
            wayBack.whenHealed(() -> taken(count));
            return;
        }
        windowUsed -= count;
        agenda.in(timing.draw(random), senderLane, () -> onRoom.run());
    }

    /** Nothing more will be pushed; what was pushed arrives first. */
    void finish() {
        if (finished || isOver) return;
        finished = true;
        arrive(() -> sink.ended(false));
    }

    /** By the sender, who is gone: what is under way is lost. The receiver hears of it, as far as the way reaches. */
    void breakOff() {
        if (isOver) return;
        drop();
        tellReceiver();
    }

    private void tellReceiver() {
        if (way.isCut()) way.whenHealed(this::tellReceiver);
        else agenda.in(timing.draw(random), receiverLane, () -> sink.ended(true));
    }

    /** By the receiver, who takes no more: what is under way is lost. The sender hears of it, as far as the way back reaches. */
    void refuse() {
        if (silent) return;
        drop();
        tellSender();
    }

    private void tellSender() {
        if (wayBack.isCut()) {
            wayBack.whenHealed(this::tellSender);
            return;
        }
        agenda.in(timing.draw(random), senderLane, () -> {
            isRefused = true;
            onRoom.run();
        });
    }

    /** What is under way is lost, and nobody hears of it: the power of one side went. */
    void silence() {
        silent = true;
        drop();
    }

    private void drop() {
        isOver = true;
        underWay.clear();
        held.clear();
    }
}
