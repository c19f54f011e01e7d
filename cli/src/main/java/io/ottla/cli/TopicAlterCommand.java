package io.ottla.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.common.config.ConfigResource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla topic alter}. */
@Command(
        name = "alter",
        description = "Adds partitions to a topic and changes its settings.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example:",
            "  ottla topic alter orders --partitions 24 --config retention.ms=3600000 --unset flush.ms"
        })
final class TopicAlterCommand implements Callable<Integer> {
    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "TOPIC", description = "The name of the topic.")
    String topic;

    @Option(
            names = {"-p", "--partitions"},
            paramLabel = "N",
            description = "How many partitions it shall have; more than now.")
    Optional<Integer> partitions = Optional.empty();

    @Option(
            names = {"-c", "--config"},
            paramLabel = "KEY=VALUE",
            description = "Sets a setting; may be repeated.")
    Map<String, String> set = new LinkedHashMap<>();

    @Option(
            names = {"-u", "--unset"},
            paramLabel = "KEY",
            description = "Takes a setting back to what the broker has; may be repeated.")
    List<String> unset = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        List<AlterConfigOp> operations = new ArrayList<>();
        set.forEach((key, value) ->
                operations.add(new AlterConfigOp(new ConfigEntry(key, value), AlterConfigOp.OpType.SET)));
        for (String key : unset)
            operations.add(new AlterConfigOp(new ConfigEntry(key, ""), AlterConfigOp.OpType.DELETE));
        if (operations.isEmpty() && partitions.isEmpty())
            throw new CommandFailed("Nothing to alter: give --partitions, --config or --unset.");
        try (Admin admin = broker.admin()) {
            if (!operations.isEmpty()) {
                ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
                admin.incrementalAlterConfigs(Map.of(resource, operations))
                        .all()
                        .get();
            }
            if (partitions.isPresent())
                admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions.get())))
                        .all()
                        .get();
            broker.output().say("Altered topic " + topic + ".");
            broker.output().tell(Output.object("topic", topic, "altered", true));
            return 0;
        } catch (ExecutionException e) {
            throw broker.failed("altering topic " + topic, e);
        }
    }
}
