package io.ottla.cli;

import io.ottla.base.Counters;
import io.ottla.base.FaultHandler;
import io.ottla.base.Http;
import io.ottla.base.Limits;
import io.ottla.base.LogLevels;
import io.ottla.base.SeededRandom;
import io.ottla.cluster.ExternalCoordination;
import io.ottla.io.JdkHttp;
import io.ottla.io.LoopClock;
import io.ottla.io.NettyNetwork;
import io.ottla.io.RealDisk;
import io.ottla.io.StopOnFault;
import io.ottla.io.Transport;
import io.ottla.node.Node;
import io.ottla.node.NodeConfig;
import io.ottla.node.StartResult;
import io.ottla.node.StopResult;
import io.ottla.zookeeperclient.ZookeeperConnector;
import java.security.SecureRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node on the real world: sockets, files, the clock, and operating-system randomness for a seed. */
final class NodeProcess {
    /** Who tells a start to stop is not kept waiting for one that waits itself, for instance for a ZooKeeper. */
    private static final long START_MS_MAX = 2_000;

    /** As long as Kafka's own service files wait before they kill. */
    private static final long STOP_MS_MAX = 90_000;

    /** EX_IOERR: the stop was orderly, and the next start has to recover. */
    private static final int EXIT_NOT_ALL_WRITTEN = 74;

    private static final Logger LOG = LoggerFactory.getLogger(NodeProcess.class);

    private final LoopClock clock;
    private final RealDisk disk;
    private final NettyNetwork network;
    private final Node node;
    private final CompletableFuture<StartResult> starting = new CompletableFuture<>();

    NodeProcess(NodeConfig config) {
        FaultHandler faults = new StopOnFault();
        Counters counters = new Counters();
        clock = new LoopClock("ottla-loop", Transport.best(), faults);
        disk = new RealDisk(clock, faults);
        Limits limits = Limits.of(Runtime.getRuntime().maxMemory(), NettyNetwork.directBytesMax());
        network = new NettyNetwork(clock, disk, counters, faults, limits);
        SeededRandom random = new SeededRandom(new SecureRandom().nextLong());
        node = new Node(
                config,
                new Node.Environment(
                        clock, network, disk, limits, random, counters, faults, outside(), NodeProcess::giveUp));
    }

    private Node.Outside outside() {
        return new Node.Outside() {
            @Override
            public ExternalCoordination coordination() {
                return new ZookeeperConnector(clock, disk);
            }

            @Override
            public Http http() {
                return new JdkHttp(clock);
            }

            @Override
            public LogLevels logLevels() {
                return ConsoleLog.ofThisProcess();
            }
        };
    }

    /** As Kafka does: without an orderly stop, since what cannot be written cannot be stopped in order. */
    private static void giveUp(String why) {
        LOG.error("this node stops: {}", why);
        Runtime.getRuntime().halt(1);
    }

    /** Starts the node and waits until it serves, or says why it does not. */
    StartResult start() throws InterruptedException {
        clock.execute(() -> node.start(starting::complete));
        try {
            return starting.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether there is something to stop. Waits a moment for a start that is under way. */
    boolean isStarted() throws InterruptedException {
        try {
            return starting.get(START_MS_MAX, TimeUnit.MILLISECONDS) instanceof StartResult.Started;
        } catch (TimeoutException tooLong) {
            LOG.warn("told to stop before it had started, so not in order");
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Stops the node and waits for it. @return whether it stopped in time, and cleanly */
    boolean stop() throws InterruptedException {
        return end() == 0;
    }

    /** Stops the node, waits for it, and says what was not in order. @return the exit status */
    int end() throws InterruptedException {
        CompletableFuture<StopResult> stopped = new CompletableFuture<>();
        clock.execute(() -> node.stop(stopped::complete));
        try {
            return switch (stopped.get(STOP_MS_MAX, TimeUnit.MILLISECONDS)) {
                case StopResult.Clean clean -> 0;
                case StopResult.Unclean(String sentence) -> {
                    LOG.error("the node has stopped, but not all could be written: {}", sentence);
                    yield EXIT_NOT_ALL_WRITTEN;
                }
            };
        } catch (TimeoutException tooLong) {
            LOG.error("the node did not stop in time; the next start will recover its logs");
            return 1;
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            letGo();
        }
    }

    /** Ends threads and sockets of a node that has stopped or has not started. */
    void letGo() {
        disk.close();
        clock.close();
        network.close();
    }
}
