package io.ottla.zookeeperserver;

import io.ottla.base.Clock;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.function.Consumer;

/** Tells of connections that have said nothing for too long after they came. One timer for all, and none while there are none. */
final class ConnectDeadline {
    private final Clock clock;
    private final int waitMsMax;
    private final Consumer<ClientConnection> tooLate;

    /** Until when, by the clock that never goes back; in the order in which they came. */
    private final LinkedHashMap<ClientConnection, Long> waiting = new LinkedHashMap<>();

    private Optional<Clock.Timer> timer = Optional.empty();

    ConnectDeadline(Clock clock, int waitMsMax, Consumer<ClientConnection> tooLate) {
        this.clock = clock;
        this.waitMsMax = waitMsMax;
        this.tooLate = tooLate;
    }

    void watch(ClientConnection client) {
        dropSpoken();
        waiting.putLast(client, clock.monotonicNs() + waitMsMax * 1_000_000L);
        if (timer.isEmpty()) arm();
    }

    /** It is gone, and must not stay here behind one that is silent. */
    void forget(ClientConnection client) {
        waiting.remove(client);
    }

    /** Those that are watched; some may have spoken. */
    int size() {
        return waiting.size();
    }

    /** What stands before the first that still waits is let go of. */
    private void dropSpoken() {
        while (!waiting.isEmpty() && !waiting.firstEntry().getKey().isWaiting()) waiting.pollFirstEntry();
    }

    private void arm() {
        long leftNs = waiting.firstEntry().getValue() - clock.monotonicNs();
        timer = Optional.of(clock.after(Math.max(0, leftNs / 1_000_000 + 1), this::look));
    }

    private void look() {
        timer = Optional.empty();
        dropSpoken();
        long nowNs = clock.monotonicNs();
        while (!waiting.isEmpty() && waiting.firstEntry().getValue() <= nowNs) {
            tooLate.accept(waiting.pollFirstEntry().getKey());
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
