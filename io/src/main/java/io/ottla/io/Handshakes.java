package io.ottla.io;

import io.ottla.base.Clock;
import io.ottla.base.Counter;
import io.ottla.base.LineBudget;
import java.util.ArrayDeque;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How many TLS handshakes go on at once, over all listeners; the others wait, unread, in the order they came. What is
 * calculated for them runs on threads of its own, so that a storm of connections takes only the loop's turns in between.
 * On the loop.
 */
final class Handshakes {
    private static final Logger LOG = LoggerFactory.getLogger(Handshakes.class);

    /** Each holds some ten kilobytes, and at most one calculation waits for it. */
    static final int HANDSHAKES_MAX = 256;

    /** From the first byte; then the connection is closed. */
    static final long HANDSHAKE_MS_MAX = 10_000;

    private static final int CALCULATION_THREADS_MAX =
            Math.clamp(Runtime.getRuntime().availableProcessors() / 2, 1, 4);
    private static final long THREAD_IDLE_MS = 5_000;
    private static final int LOG_LINES_PER_PERIOD = 5;
    private static final long LOG_PERIOD_MS = 10_000;

    private final Clock clock;
    private final ThreadPoolExecutor calculations;
    private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
    private final LineBudget lines = new LineBudget(LOG_LINES_PER_PERIOD, LOG_PERIOD_MS);
    private final Counter published;
    private int going;

    /** @param published how many go on */
    Handshakes(Clock clock, Counter published) {
        this.clock = clock;
        this.published = published;
        calculations = new ThreadPoolExecutor(
                CALCULATION_THREADS_MAX,
                CALCULATION_THREADS_MAX,
                THREAD_IDLE_MS,
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(), // one for each handshake at most
                task -> {
                    Thread thread = new Thread(task, "ottla-tls");
                    thread.setDaemon(true);
                    return thread;
                });
        calculations.allowCoreThreadTimeOut(true);
    }

    Executor calculations() {
        return calculations;
    }

    /** Runs {@code start} once there is room, perhaps at once; it is to end in one call of {@link #done}. */
    void begin(Runnable start) {
        if (going >= HANDSHAKES_MAX) {
            waiting.add(start);
            return;
        }
        going(1);
        start.run();
    }

    /** One that had begun is over. */
    void done() {
        going(-1);
        Runnable next = waiting.poll();
        if (next == null) return;
        going(1);
        clock.execute(next);
    }

    private void going(int more) {
        going += more;
        published.set(going);
    }

    int going() {
        return going;
    }

    /** One line for people, but not one for each of ten thousand. */
    void logFailure(Object remote, int port, String why) {
        long suppressed = lines.take(clock.nowMs());
        if (suppressed < 0) return;
        LOG.info(
                "closing the connection of {} on port {}: {}{}",
                remote,
                port,
                why,
                suppressed == 0 ? "" : " (and " + suppressed + " others since the last line)");
    }

    void close() {
        calculations.shutdownNow();
    }
}
