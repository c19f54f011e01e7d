package io.ottla.zookeeperclient;

import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.Disk;
import io.ottla.base.Outcome;
import io.ottla.base.Secret;
import io.ottla.cluster.Coordination;
import io.ottla.cluster.Coordination.CreateMode;
import io.ottla.cluster.Coordination.Op;
import io.ottla.cluster.Coordination.Refusal;
import io.ottla.cluster.Coordination.Result;
import io.ottla.cluster.ExternalCoordination;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.zookeeper.KeeperException.Code;
import org.apache.zookeeper.Watcher.Event.KeeperState;

/** Connects to an Apache ZooKeeper. On the loop. */
public final class ZookeeperConnector implements ExternalCoordination {
    private final Clock clock;
    private final Disk disk;

    /** @param disk for what blocks; no file is touched */
    public ZookeeperConnector(Clock clock, Disk disk) {
        this.clock = clock;
        this.disk = disk;
    }

    @Override
    public void connect(Settings settings, Completion<Member> completion) {
        new Connecting(settings, completion).begin();
    }

    private static Map<String, String> properties(Settings settings) {
        Map<String, String> properties = new HashMap<>();
        settings.tls().ifPresent(tls -> {
            properties.put("zookeeper.client.secure", "true");
            properties.put("zookeeper.clientCnxnSocket", "org.apache.zookeeper.ClientCnxnSocketNetty");
            for (Map.Entry<String, Secret> each : tls.entrySet())
                properties.put(each.getKey(), each.getValue().value());
        });
        return properties;
    }

    /** Until there is an answer. */
    private final class Connecting {
        private final Settings settings;
        private final Completion<Member> completion;
        private final ZookeeperCoordination coordination;
        private Clock.Timer timer = () -> {};
        private boolean isAnswered;
        private boolean isConnected;

        Connecting(Settings settings, Completion<Member> completion) {
            this.settings = settings;
            this.completion = completion;
            coordination = new ZookeeperCoordination(settings, properties(settings), clock, disk);
        }

        void begin() {
            timer = clock.after(settings.connectMsMax(), () -> fail(nobodyAnswers()));
            try {
                coordination.begin(this::state);
            } catch (IOException e) {
                clock.execute(() -> fail("zookeeper.connect: " + e.getMessage()));
            }
        }

        private String nobodyAnswers() {
            Set<String> unknown = coordination.unknownNames();
            return "no ZooKeeper answers at %s within %d ms, which zookeeper.connect names%s; start it, or correct the address, or take zookeeper.connect out of the configuration (or leave it empty) to use the coordination service of this node"
                    .formatted(
                            settings.servers(),
                            settings.connectMsMax(),
                            unknown.isEmpty() ? "" : " (there is no address for " + String.join(", ", unknown) + ")");
        }

        private void state(KeeperState state) {
            if (isAnswered) return;
            if (state == KeeperState.AuthFailed)
                fail("ZooKeeper at " + settings.servers()
                        + " does not accept who we say we are; look at the section Client of the JAAS file");
            if (state != KeeperState.SyncConnected || isConnected) return;
            isConnected = true;
            makeChroot(new ArrayDeque<>(new Chroot(settings.chroot()).steps()));
        }

        private void makeChroot(ArrayDeque<String> steps) {
            if (isAnswered) return;
            if (steps.isEmpty()) {
                probe();
                return;
            }
            String path = steps.remove();
            coordination.makeAsIs(new Op.Create(path, new byte[0], CreateMode.PERSISTENT), result -> {
                switch (result) {
                    case Result.Committed committed -> makeChroot(steps);
                    case Result.Refused(int index, Refusal reason)
                    when reason == Refusal.NODE_EXISTS -> makeChroot(steps);
                    case Result.Refused(int index, Refusal reason) ->
                        fail("%s of zookeeper.connect cannot be made: %s".formatted(path, reason));
                    case Result.Unknown(String why) ->
                        fail("%s of zookeeper.connect cannot be made: %s".formatted(path, why));
                }
            });
        }

        private void probe() {
            coordination.probe(code -> {
                if (isAnswered) return;
                if (code == Code.UNIMPLEMENTED)
                    fail("ZooKeeper at %s is older than 3.6; upgrade it first".formatted(settings.servers()));
                else if (code == Code.OK) answer(Outcome.done(member()));
                else fail("ZooKeeper at %s does not serve us: %s".formatted(settings.servers(), code));
            });
        }

        private Member member() {
            return new Member() {
                @Override
                public Coordination coordination() {
                    return coordination;
                }

                @Override
                public void close(Completion<Void> closed) {
                    coordination.close(closed);
                }
            };
        }

        private void fail(String sentence) {
            if (isAnswered) return;
            coordination.close(closed -> {});
            answer(Outcome.failed(new IOException(sentence)));
        }

        private void answer(Outcome<Member> outcome) {
            isAnswered = true;
            timer.cancel();
            completion.complete(outcome);
        }
    }
}
