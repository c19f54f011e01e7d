package io.ottla.node;

import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.Limits;
import io.ottla.base.Outcome;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.broker.Broker;
import io.ottla.broker.BrokerLimits;
import io.ottla.broker.ClusterHandlers;
import io.ottla.broker.ClusterNews;
import io.ottla.broker.ControllerConfigs;
import io.ottla.broker.DeleteGroupsHandler;
import io.ottla.broker.DeleteRecordsHandler;
import io.ottla.broker.DescribeGroupsHandler;
import io.ottla.broker.DescribeLogDirsHandler;
import io.ottla.broker.DescribeProducersHandler;
import io.ottla.broker.EffectiveConfigs;
import io.ottla.broker.FetchHandler;
import io.ottla.broker.FindCoordinatorHandler;
import io.ottla.broker.GroupHost;
import io.ottla.broker.HeartbeatHandler;
import io.ottla.broker.Identity;
import io.ottla.broker.ImpliedTopics;
import io.ottla.broker.InitProducerIdHandler;
import io.ottla.broker.InternalTopics;
import io.ottla.broker.JoinGroupHandler;
import io.ottla.broker.LeaveGroupHandler;
import io.ottla.broker.ListGroupsHandler;
import io.ottla.broker.ListOffsetsHandler;
import io.ottla.broker.LiveConfigs;
import io.ottla.broker.OffsetCommitHandler;
import io.ottla.broker.OffsetDeleteHandler;
import io.ottla.broker.OffsetFetchHandler;
import io.ottla.broker.OffsetForLeaderEpochHandler;
import io.ottla.broker.ProduceHandler;
import io.ottla.broker.ReplicaAssignments;
import io.ottla.broker.ReplicaCoordinatorLog;
import io.ottla.broker.RequestHandler;
import io.ottla.broker.Routes;
import io.ottla.broker.StoredPasswords;
import io.ottla.broker.SyncGroupHandler;
import io.ottla.cluster.BrokerImage;
import io.ottla.cluster.ClusterFollower;
import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.ClusterMember;
import io.ottla.cluster.ConfigEdit;
import io.ottla.cluster.Coordination;
import io.ottla.cluster.ImageDelta;
import io.ottla.cluster.ImageListener;
import io.ottla.cluster.LocalFacts;
import io.ottla.cluster.Registration.EpochsFound;
import io.ottla.coordinator.CoordinatorLimits;
import io.ottla.coordinator.GroupSettings;
import io.ottla.kafkaprotocol.Codec;
import io.ottla.kafkaprotocol.Compression;
import io.ottla.log.LogConfig;
import io.ottla.log.LogDirException;
import io.ottla.log.LogSettings;
import io.ottla.log.Logs;
import io.ottla.partition.PartitionConfig;
import io.ottla.partition.Replicas;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What makes a broker, put together: logs, replicas, its membership of the cluster, and the handlers over them. */
final class BrokerParts {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerParts.class);
    private static final long TICK_MS = 1_000;

    private final int nodeId;
    private final String clusterId;
    private final Node.Environment environment;
    private final StoredPasswords passwords;
    private final LiveConfigs configs;
    private final KeyRenewal keys;
    private LogSettings logSettings;
    private final Logs logs;
    private final Replicas replicas;
    private final ReplicaAssignments assignments;
    private final ClusterMember member;
    private final GroupHost groups;
    private final Broker broker;
    private boolean stopped;

    /**
     * @param storage claimed; this takes it over
     * @throws IOException with a sentence for people
     */
    BrokerParts(
            int nodeId,
            String clusterId,
            NodeConfig config,
            Node.Environment environment,
            Storage storage,
            Coordination coordination,
            Doors doors)
            throws IOException {
        this.nodeId = nodeId;
        this.clusterId = clusterId;
        this.environment = environment;
        Clock clock = environment.clock();
        passwords = new StoredPasswords(config.broker());
        configs = new LiveConfigs(config.broker(), nodeId, passwords);
        keys = new KeyRenewal(config, nodeId, configs, doors);
        logSettings = logSettings(configs.now(), environment.limits());
        try {
            logs = new Logs(
                    storage.dirs(),
                    environment.disk(),
                    clock,
                    () -> logSettings,
                    environment.random().split());
        } catch (LogDirException e) {
            throw new IOException(e.getMessage(), e);
        }
        replicas = new Replicas(nodeId, logs, clock, environment.limits(), this::noLogDirLeft);
        member = new ClusterMember(
                nodeId,
                coordination,
                clock,
                environment.random().split(),
                new ControllerConfigs(configs),
                new DiskFacts(storage.directoryIds(), storage.wasCleanlyStopped()),
                config.external().isEmpty());
        ClusterFollower follower = member.follower();
        assignments = new ReplicaAssignments(replicas, logs, this::topicConfig);
        logs.wanted(partition -> follower.image()
                .topic(partition.topic())
                .filter(topic -> !topic.id().equals(TopicId.ZERO))
                .map(topic -> new Logs.Wanted(
                        topic.id(),
                        topicConfig(follower.image(), partition.topic()).log())));
        groups = groupHost();
        broker = new Broker(
                handlers(), identity(), clock, brokerLimits(config), environment.faults(), environment.counters());
    }

    private BrokerLimits brokerLimits(NodeConfig config) {
        BrokerLimits wanted = config.brokerLimits();
        BrokerLimits there = wanted.within(environment.limits());
        if (config.broker().isSet("queued.max.request.bytes") && !there.equals(wanted))
            LOG.warn(
                    "queued.max.request.bytes is {}, but the heap has room for {}: that is what holds; a larger heap (-Xmx) has more",
                    wanted.inFlightBytesMax(),
                    there.inFlightBytesMax());
        return there;
    }

    private void noLogDirLeft() {
        // a stop that is under way says so itself
        if (!stopped) environment.giveUp().accept("the last log directory has failed");
    }

    /** What the broker says of itself when it registers. */
    private final class DiskFacts implements LocalFacts {
        private final List<TopicId> directories;
        private final boolean wasCleanlyStopped;

        DiskFacts(List<TopicId> directories, boolean wasCleanlyStopped) {
            this.directories = directories;
            this.wasCleanlyStopped = wasCleanlyStopped;
        }

        @Override
        public List<TopicId> directories() {
            return directories;
        }

        @Override
        public boolean wasCleanlyStopped() {
            return wasCleanlyStopped;
        }

        @Override
        public void epochsFound(ClusterImage image, Consumer<EpochsFound> found) {
            List<TopicPartition> waiting = assignments.waiting();
            if (waiting.isEmpty()) {
                found.accept(EpochsFound.NOTHING);
                return;
            }
            logs.lastEpochsFound(
                    waiting,
                    outcome -> found.accept(
                            outcome instanceof Outcome.Done<Map<TopicPartition, Integer>>(var epochs)
                                    ? EpochsFound.of(epochs)
                                    : EpochsFound.NOTHING));
        }
    }

    private static LogSettings logSettings(EffectiveConfigs configs, Limits limits) {
        LogSettings standard = LogSettings.DEFAULTS;
        return new LogSettings(
                configs.number("producer.id.expiration.ms"),
                configs.number("log.retention.check.interval.ms"),
                limits.unpackedBatchBytes(),
                new LogSettings.Checkpoints(
                        configs.number("log.flush.offset.checkpoint.interval.ms"),
                        configs.number("log.flush.start.offset.checkpoint.interval.ms"),
                        configs.number("replica.high.watermark.checkpoint.interval.ms")),
                standard.files(),
                standard.finishing(),
                new LogSettings.Cleaning(
                        configs.flag("log.cleaner.enable"),
                        configs.integer("log.cleaner.threads"),
                        Math.min(configs.number("log.cleaner.dedupe.buffer.size"), limits.cleanerMapBytes()),
                        configs.number("log.cleaner.backoff.ms"),
                        configs.integer("log.cleaner.io.buffer.size")));
    }

    private PartitionConfig topicConfig(ClusterImage image, String topic) {
        return new PartitionConfig(
                LogConfig.of(configs.now().topic(topic)), configs.now().minInSyncReplicas(topic));
    }

    private List<RequestHandler<?, ?>> handlers() {
        List<RequestHandler<?, ?>> handlers = new ArrayList<>();
        handlers.addAll(dataHandlers());
        handlers.addAll(groupHandlers());
        handlers.addAll(ClusterHandlers.of(
                member,
                configs,
                passwords,
                keys,
                environment.random().split(),
                environment.outside().logLevels()));
        return handlers;
    }

    private List<RequestHandler<?, ?>> dataHandlers() {
        Routes routes = new Routes(member.follower()::image, replicas);
        return List.of(
                new ProduceHandler(routes, replicas),
                new FetchHandler(
                        routes,
                        environment.clock(),
                        environment.disk(),
                        environment.random().split(),
                        configs.now().integer("max.incremental.fetch.session.cache.slots"),
                        configs.now().integer("fetch.max.bytes"),
                        environment.limits().unpackedBatchBytes()),
                new ListOffsetsHandler(routes),
                new OffsetForLeaderEpochHandler(routes),
                new DeleteRecordsHandler(routes),
                new DescribeProducersHandler(routes),
                new DescribeLogDirsHandler(logs, assignments::led),
                new InitProducerIdHandler(member.producerIds()));
    }

    private List<RequestHandler<?, ?>> groupHandlers() {
        Supplier<ClusterImage> image = member.follower()::image;
        InternalTopics internalTopics = new InternalTopics(
                member.controller(), name -> Optional.of(ImpliedTopics.newTopic(name, configs.now(), image.get())));
        return List.of(
                new FindCoordinatorHandler(image, internalTopics, groups),
                new JoinGroupHandler(groups),
                new SyncGroupHandler(groups),
                new HeartbeatHandler(groups),
                new LeaveGroupHandler(groups),
                new OffsetCommitHandler(groups, image),
                new OffsetFetchHandler(groups, image),
                new OffsetDeleteHandler(groups, image),
                new ListGroupsHandler(groups),
                new DescribeGroupsHandler(groups),
                new DeleteGroupsHandler(groups));
    }

    private GroupHost groupHost() {
        return new GroupHost(
                nodeId,
                environment.clock(),
                new ReplicaCoordinatorLog(
                        GroupHost.TOPIC,
                        replicas,
                        environment.clock(),
                        () -> configs.now().number("offsets.commit.timeout.ms")),
                this::groupSettings,
                Compression.of(Codec.of(configs.now().integer("offsets.topic.compression.codec"))
                        .orElse(Codec.NONE)),
                CoordinatorLimits.within(environment.limits()),
                environment.random().split());
    }

    private GroupSettings groupSettings() {
        return new GroupSettings(
                configs.now().integer("group.min.session.timeout.ms"),
                configs.now().integer("group.max.session.timeout.ms"),
                configs.now().integer("group.initial.rebalance.delay.ms"),
                configs.now().integer("group.max.size"),
                configs.now().integer("offset.metadata.max.bytes"),
                configs.now().number("offsets.retention.minutes") * 60_000,
                configs.now().number("offsets.retention.check.interval.ms"));
    }

    private Identity identity() {
        return new Identity() {
            @Override
            public String clusterId() {
                return clusterId;
            }

            @Override
            public int nodeId() {
                return nodeId;
            }

            @Override
            public Features features() {
                return Features.NONE;
            }
        };
    }

    /** @param ready runs once: the broker is registered, and what it leads can be served */
    void join(List<BrokerImage.Endpoint> endpoints, Optional<String> rack, Runnable ready) {
        member.start(stages(), endpoints, rack, () -> encryptAnew(ready));
        tick();
    }

    /** What is done with each image of the cluster, in this order; the member's own stages follow. */
    private List<ImageListener> stages() {
        return List.of(
                configs, // what holds now, which all others ask
                this::logSettingsChanged,
                assignments, // replicas lead, and logs open
                new ClusterNews(environment.clock()),
                groups, // coordinators begin on replicas that lead, and forget deleted topics
                keys); // listeners get new ones
    }

    private void logSettingsChanged(ClusterImage before, ClusterImage after, ImageDelta delta) {
        if (configs.concernsAllTopics(delta)) logSettings = logSettings(configs.now(), environment.limits());
    }

    private void encryptAnew(Runnable then) {
        Optional<ConfigEdit> edit = passwords.anew(nodeId, environment.random().split());
        if (edit.isEmpty()) then.run();
        else member.controller().alterConfigs(List.of(edit.get()), false, answers -> then.run());
    }

    private void tick() {
        if (stopped) return;
        logs.tick(environment.clock().nowMs());
        environment.clock().after(TICK_MS, this::tick);
    }

    /** What holds now. */
    EffectiveConfigs configs() {
        return configs.now();
    }

    Broker broker() {
        return broker;
    }

    /** Sends what is ready to be sent, and closes the logs so that the next start need not check them. */
    void stop(Completion<Void> completion) {
        stopped = true;
        broker.stop();
        long brokerEpoch = member.follower()
                .image()
                .brokers()
                .get(nodeId)
                .map(BrokerImage::epoch)
                .orElse(-1L);
        member.follower().stop(); // that this broker leaves is no news to it
        logs.closeCleanly(brokerEpoch, completion);
    }
}
