package io.ottla.io;

import io.netty.util.NetUtil;
import io.ottla.base.Completion;
import io.ottla.base.Outcome;
import java.io.IOException;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Looks names of machines up, off the loop: the system's resolver blocks, for seconds where a name server does not answer. */
final class NameLookups {
    private static final int THREADS_MAX = 4;
    private static final int WAITING_MAX = 256;
    private static final long THREAD_IDLE_MS = 5_000;

    /** More wait than may. */
    static final class BusyException extends IOException {
        private static final long serialVersionUID = 1L;

        BusyException() {
            super("too many names are looked up at once");
        }
    }

    private final LoopClock clock;
    private final ThreadPoolExecutor threads;

    NameLookups(LoopClock clock) {
        this.clock = clock;
        threads = new ThreadPoolExecutor(
                THREADS_MAX,
                THREADS_MAX,
                THREAD_IDLE_MS,
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(WAITING_MAX),
                task -> {
                    Thread thread = new Thread(task, "ottla-names");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** The addresses of {@code host} in the resolver's order, one at least; never within the call. An address is its own. */
    void find(String host, Completion<List<InetAddress>> completion) {
        Optional<InetAddress> itself = Optional.ofNullable(NetUtil.createInetAddressFromIpAddressString(host));
        if (itself.isPresent()) {
            clock.execute(() -> completion.complete(Outcome.done(List.of(itself.get()))));
            return;
        }
        try {
            threads.execute(() -> {
                Outcome<List<InetAddress>> outcome = lookUp(host);
                clock.execute(() -> completion.complete(outcome));
            });
        } catch (RejectedExecutionException full) {
            clock.execute(() -> completion.complete(Outcome.failed(new BusyException())));
        }
    }

    private static Outcome<List<InetAddress>> lookUp(String host) {
        try {
            return Outcome.done(List.of(InetAddress.getAllByName(host)));
        } catch (IOException unknown) {
            return Outcome.failed(unknown);
        }
    }

    void close() {
        threads.shutdownNow();
    }
}
