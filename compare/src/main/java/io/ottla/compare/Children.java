package io.ottla.compare;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The processes that a comparison has started and that still run; none of them outlives it. */
public final class Children {
    private static final long END_S_MAX = 10;

    private final Set<Process> alive = ConcurrentHashMap.newKeySet();
    private volatile boolean ended;

    Process start(ProcessBuilder builder) throws IOException {
        if (ended) throw new IOException("the comparison has been ended");
        Process process = builder.start();
        alive.add(process);
        if (ended) process.destroyForcibly();
        return process;
    }

    void forget(Process process) {
        alive.remove(process);
    }

    public boolean ended() {
        return ended;
    }

    /** Ends them all, and keeps new ones from starting. Any thread. */
    public void endAll() {
        ended = true;
        alive.forEach(Process::destroyForcibly);
        for (Process process : alive) {
            try {
                process.waitFor(END_S_MAX, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
