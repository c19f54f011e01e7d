package io.ottla.node;

import io.ottla.base.FaultHandler;
import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.cluster.Coordination;
import io.ottla.cluster.CoordinationContract;
import io.ottla.io.LoopClock;
import io.ottla.io.RealDisk;
import io.ottla.io.Transport;
import io.ottla.keeper.Keeper;
import io.ottla.keeper.api.KeeperOptions;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.io.TempDir;

/** The service of this very process keeps the contract too. */
class EmbeddedCoordinationTest extends CoordinationContract {
    private static final long LONG_NS = TimeUnit.SECONDS.toNanos(60);

    @TempDir
    Path folder;

    @Override
    protected World open() {
        FaultHandler faults = IllegalStateException::new;
        LoopClock clock = new LoopClock("test-loop", Transport.NIO, faults);
        RealDisk disk = new RealDisk(clock, faults);
        CompletableFuture<Outcome<Keeper>> opened = new CompletableFuture<>();
        clock.execute(() ->
                Keeper.open(KeeperOptions.DEFAULT, folder, disk, clock, new SeededRandom(1), faults, opened::complete));
        if (!(opened.join() instanceof Outcome.Done<Keeper>(Keeper keeper))) throw new AssertionError(opened.join());
        EmbeddedCoordination coordination = new EmbeddedCoordination(keeper);
        return new World() {
            @Override
            public Coordination coordination() {
                return coordination;
            }

            @Override
            public void onLoop(Runnable task) {
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

            @Override
            public void await(String what, BooleanSupplier holds) {
                CompletableFuture<Boolean> held = new CompletableFuture<>();
                long deadlineNs = System.nanoTime() + LONG_NS;
                clock.execute(() -> look(holds, deadlineNs, held));
                if (!held.join()) throw new AssertionError("waited in vain for " + what);
            }

            private void look(BooleanSupplier holds, long deadlineNs, CompletableFuture<Boolean> held) {
                if (holds.getAsBoolean()) held.complete(true);
                else if (System.nanoTime() > deadlineNs) held.complete(false);
                else clock.after(1, () -> look(holds, deadlineNs, held));
            }

            @Override
            public void close() {
                CompletableFuture<Outcome<Void>> closed = new CompletableFuture<>();
                clock.execute(() -> keeper.close(closed::complete));
                closed.join();
                disk.close();
                clock.close();
            }
        };
    }
}
