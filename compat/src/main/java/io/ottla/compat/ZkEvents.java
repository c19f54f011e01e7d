package io.ottla.compat;

import static io.ottla.compat.ZkOutcomes.check;

import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.zookeeper.WatchedEvent;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.Watcher.Event.EventType;
import org.apache.zookeeper.Watcher.Event.KeeperState;

/** Events of a client in the order in which they came. */
final class ZkEvents implements Watcher {
    private final BlockingQueue<WatchedEvent> queue = new LinkedBlockingQueue<>();
    private final CountDownLatch connected = new CountDownLatch(1);

    @Override
    public void process(WatchedEvent event) {
        if (event.getState() == KeeperState.SyncConnected) connected.countDown();
        queue.add(event);
    }

    /** The next event: of a node, or of the session, whose type is None. */
    WatchedEvent next() throws InterruptedException {
        WatchedEvent event = queue.poll(ZkClientScenarios.WAIT_S_MAX, TimeUnit.SECONDS);
        check(event != null, "an event comes within " + ZkClientScenarios.WAIT_S_MAX + " s", "not there");
        return event;
    }

    String nextOfNode() throws InterruptedException {
        WatchedEvent event = next();
        while (event.getType() == EventType.None) event = next();
        return event.getType() + " " + event.getPath();
    }

    void awaitState(KeeperState state) throws InterruptedException {
        while (next().getState() != state) {}
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    void awaitConnection() throws InterruptedException {
        check(connected.await(ZkClientScenarios.WAIT_S_MAX, TimeUnit.SECONDS), "the client connects", "not connected");
    }
}
