package io.ottla.zookeeperclient;

import io.ottla.base.FaultHandler;
import io.ottla.io.LoopClock;
import io.ottla.io.RealDisk;
import io.ottla.io.Transport;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/** A loop and disk threads, for real. */
final class RealLoop implements AutoCloseable {
    private static final long LONG_NS = TimeUnit.SECONDS.toNanos(60);
    private static final long LOOK_AGAIN_MS = 2;

    private final AtomicReference<Throwable> fault = new AtomicReference<>();
    private final FaultHandler faults = (doing, cause) -> {
        fault.compareAndSet(null, cause);
        return new IllegalStateException(doing, cause);
    };
    final LoopClock clock = new LoopClock("test-loop", Transport.NIO, faults);
    final RealDisk disk = new RealDisk(clock, faults);

    void run(Runnable task) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        clock.execute(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
        done.join();
    }

    void await(String what, BooleanSupplier holds) {
        CompletableFuture<Boolean> held = new CompletableFuture<>();
        long deadlineNs = System.nanoTime() + LONG_NS;
        clock.execute(() -> look(holds, deadlineNs, held));
        if (!held.join()) throw new AssertionError("waited in vain for " + what, fault.get());
    }

    private void look(BooleanSupplier holds, long deadlineNs, CompletableFuture<Boolean> held) {
        if (fault.get() == null && holds.getAsBoolean()) held.complete(true);
        else if (fault.get() != null || System.nanoTime() > deadlineNs) held.complete(false);
        else clock.after(LOOK_AGAIN_MS, () -> look(holds, deadlineNs, held));
    }

    @Override
    public void close() {
        disk.close();
        clock.close();
        if (fault.get() != null) throw new AssertionError(fault.get());
    }
}
