package io.ottla.zookeeperserver;

import io.ottla.base.Clock;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.function.Consumer;

/** Tells of connections that have said nothing for too long after they came. One timer for all, and none while there are none. */
final class ConnectDeadline {
    private record Waiting(ClientConnection client, long untilNs) {}

    private final Clock clock;
    private final int waitMsMax;
    private final Consumer<ClientConnection> tooLate;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private Optional<Clock.Timer> timer = Optional.empty();

    ConnectDeadline(Clock clock, int waitMsMax, Consumer<ClientConnection> tooLate) {
        this.clock = clock;
        this.waitMsMax = waitMsMax;
        this.tooLate = tooLate;
    }

    void watch(ClientConnection client) {
        dropSpoken();
        waiting.addLast(new Waiting(client, clock.monotonicNs() + waitMsMax * 1_000_000L));
        if (timer.isEmpty()) arm();
    }

    /** What stands before the first that still waits is let go of. */
    private void dropSpoken() {
        while (!waiting.isEmpty() && !waiting.getFirst().client.isWaiting()) waiting.removeFirst();
    }

    private void arm() {
        long leftNs = waiting.getFirst().untilNs - clock.monotonicNs();
        timer = Optional.of(clock.after(Math.max(0, leftNs / 1_000_000 + 1), this::look));
    }

    private void look() {
        timer = Optional.empty();
        dropSpoken();
        long nowNs = clock.monotonicNs();
        while (!waiting.isEmpty() && waiting.getFirst().untilNs <= nowNs) {
            tooLate.accept(waiting.removeFirst().client);
            dropSpoken();
        }
        if (!waiting.isEmpty()) arm();
    }

    void stop() {
        timer.ifPresent(Clock.Timer::cancel);
        timer = Optional.empty();
        waiting.clear();
    }
}
