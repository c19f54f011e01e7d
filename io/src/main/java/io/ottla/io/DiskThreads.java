package io.ottla.io;

import io.ottla.base.FaultHandler;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A few threads for work that waits for a device. Work of one key runs in the order in which it came, one at a time;
 * work of different keys runs side by side as far as there are threads. A thread that had nothing to do for a while
 * ends.
 */
final class DiskThreads implements AutoCloseable {
    private static final long IDLE_S = 20;
    private static final long CLOSE_WAIT_S_MAX = 60;

    private final FaultHandler faults;
    private final ThreadPoolExecutor threads;

    /** The work that waits behind the work that runs, by key; a key is here exactly while work of it is under way. */
    private final Map<Object, Queue<Runnable>> waiting = new HashMap<>();

    DiskThreads(int threadsMax, FaultHandler faults) {
        this.faults = faults;
        threads = new ThreadPoolExecutor(
                threadsMax, threadsMax, IDLE_S, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "ottla-disk");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** Any thread. */
    void submit(Object key, Runnable work) {
        synchronized (waiting) {
            Queue<Runnable> behind = waiting.get(key);
            if (behind != null) {
                behind.add(work);
                return;
            }
            waiting.put(key, new ArrayDeque<>(2));
        }
        threads.execute(() -> runAll(key, work));
    }

    private void runAll(Object key, Runnable first) {
        Runnable work = first;
        while (work != null) {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                throw faults.fault("working on a disk thread", e);
            }
            synchronized (waiting) {
                work = waiting.get(key).poll();
                if (work == null) waiting.remove(key);
            }
        }
    }

    /** Takes no more work; waits, within a bound, for what was given. Interrupts nobody: that would close files. */
    @Override
    public void close() {
        threads.shutdown();
        try {
            threads.awaitTermination(CLOSE_WAIT_S_MAX, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
