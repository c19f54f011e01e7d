package io.ottla.io;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.ScheduledFuture;
import io.ottla.base.Clock;
import io.ottla.base.FaultHandler;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * The loop of a node and its time: one thread of Netty's, on which sockets, completions of disk work, timers and tasks
 * take turns. A task that throws is a fault of the program.
 */
public final class LoopClock implements Clock, AutoCloseable {
    private static final long CLOSE_WAIT_MS_MAX = 5_000;

    private final FaultHandler faults;
    private final Transport transport;
    private final EventLoopGroup group;
    private final EventLoop loop;

    /** Starts nothing yet; the thread, named {@code name}, begins with the first task. */
    public LoopClock(String name, Transport transport, FaultHandler faults) {
        this.faults = faults;
        this.transport = transport;
        group = new MultiThreadIoEventLoopGroup(
                1, (ThreadFactory) task -> new LoopThread(task, name), transport.handlerFactory());
        loop = group.next();
    }

    @Override
    public long nowMs() {
        return System.currentTimeMillis();
    }

    @Override
    public long monotonicNs() {
        return System.nanoTime();
    }

    /** A task that comes after the loop was closed is dropped: nobody waits for it any more. */
    @Override
    public void execute(Runnable task) {
        try {
            loop.execute(guarded(task));
        } catch (RejectedExecutionException closed) {
            if (!loop.isShuttingDown()) throw closed;
        }
    }

    @Override
    public Timer after(long delayMs, Runnable task) {
        ScheduledFuture<?> waiting = loop.schedule(guarded(task), delayMs, TimeUnit.MILLISECONDS);
        return () -> waiting.cancel(false);
    }

    private Runnable guarded(Runnable task) {
        return () -> {
            try {
                task.run();
            } catch (RuntimeException | Error e) {
                throw faults.fault("running a task on the loop", e);
            }
        };
    }

    EventLoop eventLoop() {
        return loop;
    }

    Transport transport() {
        return transport;
    }

    boolean onLoop() {
        return loop.inEventLoop();
    }

    /** Ends the loop; what still waits on it is dropped. Not to be called on the loop. */
    @Override
    public void close() {
        group.shutdownGracefully(0, CLOSE_WAIT_MS_MAX, TimeUnit.MILLISECONDS)
                .awaitUninterruptibly(CLOSE_WAIT_MS_MAX, TimeUnit.MILLISECONDS);
    }

    /** Netty's thread-locals are quick on its own kind of thread. */
    private static final class LoopThread extends FastThreadLocalThread {
        LoopThread(Runnable task, String name) {
            super(task, name);
            setDaemon(true);
        }
    }
}
