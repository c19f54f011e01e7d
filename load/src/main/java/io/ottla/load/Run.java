package io.ottla.load;

import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/** What the threads of one load share: the plan, the tracks, when it begins and when it has to end. */
final class Run {
    final LoadPlan plan;
    final Clients clients;
    final long id;
    /** One set for all producers: a hundred of them would else fill the memory. */
    final Payloads payloads;

    final Track produced = new Track("produce", "send to acknowledgement");
    final Track consumed;
    /** Records that consumers of this run are waiting for and have got. */
    final LongAdder received = new LongAdder();

    final LongAdder acknowledged = new LongAdder();

    private final CountDownLatch ready;
    private final CountDownLatch go = new CountDownLatch(1);
    private final CountDownLatch sendersLeft;
    private final CountDownLatch receiversLeft;
    private final AtomicReference<Throwable> fault = new AtomicReference<>();
    private final AtomicReference<String> firstError = new AtomicReference<>();
    private volatile boolean stopping;
    private volatile long startNs;

    Run(LoadPlan plan, Clients clients, long id) {
        this.plan = plan;
        this.clients = clients;
        this.id = id;
        payloads = new Payloads(plan.recordBytes(), new Random(1));
        consumed = new Track("consume", plan.stamped() ? "due to received" : "each poll that returned records");
        ready = new CountDownLatch(plan.producers() + plan.consumers());
        sendersLeft = new CountDownLatch(plan.producers());
        receiversLeft = new CountDownLatch(plan.consumers());
    }

    // ---- of the threads ----

    /** This thread's client is connected; waits for the others. @return when the load began */
    long awaitGo() throws InterruptedException {
        ready.countDown();
        go.await();
        return startNs;
    }

    boolean stopping() {
        return stopping;
    }

    /** When no more may be sent; {@link Long#MAX_VALUE} if only a count ends the load. */
    long deadlineNs() {
        return plan.durationS() > 0 ? startNs + (long) (plan.durationS() * 1e9) : Long.MAX_VALUE;
    }

    /** Waits, unless the load is being stopped. */
    void waitUntil(long dueNs) {
        for (long nowNs = System.nanoTime(); nowNs < dueNs && !stopping; nowNs = System.nanoTime())
            LockSupport.parkNanos(Math.min(dueNs - nowNs, 100_000_000));
    }

    boolean sendersDone() {
        return sendersLeft.getCount() == 0;
    }

    void error(Throwable thrown) {
        String message = thrown.getMessage();
        firstError.compareAndSet(null, message == null ? thrown.getClass().getSimpleName() : message);
    }

    /** A client could not even begin, or its thread failed: the load ends. */
    void fail(Throwable thrown) {
        fault.compareAndSet(null, thrown);
        stopping = true;
        go.countDown();
    }

    void senderLeft() {
        ready.countDown();
        sendersLeft.countDown();
    }

    void receiverLeft() {
        ready.countDown();
        receiversLeft.countDown();
    }

    // ---- of the conductor ----

    boolean awaitReady(StopSignal stop) throws InterruptedException {
        while (!ready.await(100, TimeUnit.MILLISECONDS)) if (stop.asked()) return false;
        return !stop.asked();
    }

    void begin(long nowNs) {
        startNs = nowNs;
        produced.begin(nowNs);
        consumed.begin(nowNs);
        go.countDown();
    }

    /** Waits for all threads to leave, for {@code ns} at most. @return whether they have left */
    boolean awaitEnd(long ns) throws InterruptedException {
        long endNs = System.nanoTime() + ns;
        return sendersLeft.await(ns, TimeUnit.NANOSECONDS)
                && receiversLeft.await(Math.max(0, endNs - System.nanoTime()), TimeUnit.NANOSECONDS);
    }

    void stop() {
        stopping = true;
        go.countDown();
    }

    Throwable fault() {
        return fault.get();
    }

    String firstError() {
        return firstError.get();
    }
}
