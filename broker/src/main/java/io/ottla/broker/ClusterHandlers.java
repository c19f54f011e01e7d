package io.ottla.broker;

import io.ottla.base.LogLevels;
import io.ottla.base.SeededRandom;
import io.ottla.cluster.ClusterMember;
import java.util.List;

/** The APIs about the cluster itself: what it consists of, its topics, its configuration. */
public final class ClusterHandlers {
    private ClusterHandlers() {}

    /** One of each. */
    public static List<RequestHandler<?, ?>> of(
            ClusterMember member,
            LiveConfigs configs,
            StoredPasswords passwords,
            ListenerKeyCheck keyCheck,
            SeededRandom random,
            LogLevels logLevels) {
        var follower = member.follower();
        var controller = member.controller();
        LoggerConfigs loggers = new LoggerConfigs(logLevels);
        ConfigAlteration alteration =
                new ConfigAlteration(follower, controller, configs, passwords, keyCheck, loggers, random);
        return List.of(
                new MetadataHandler(follower, controller, configs),
                new DescribeClusterHandler(follower),
                new DescribeTopicPartitionsHandler(follower, configs),
                new CreateTopicsHandler(controller, configs),
                new DeleteTopicsHandler(follower, controller),
                new CreatePartitionsHandler(controller),
                new DescribeConfigsHandler(follower, configs, loggers),
                new AlterConfigsHandler(alteration),
                new IncrementalAlterConfigsHandler(alteration),
                new ListConfigResourcesHandler(follower),
                new ElectLeadersHandler(controller),
                new AlterPartitionReassignmentsHandler(follower),
                new ListPartitionReassignmentsHandler(follower));
    }
}
