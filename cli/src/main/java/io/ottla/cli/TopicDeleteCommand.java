package io.ottla.cli;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DeleteTopicsResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ottla topic delete}. */
@Command(
        name = "delete",
        description = "Deletes topics with all their records.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  ottla topic delete orders"})
final class TopicDeleteCommand implements Callable<Integer> {
    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "TOPIC", arity = "1..*", description = "The names of the topics.")
    List<String> topics;

    @Override
    public Integer call() throws Exception {
        try (Admin admin = broker.admin()) {
            DeleteTopicsResult result = admin.deleteTopics(new LinkedHashSet<>(topics));
            return new EachName(broker, "deleting topic", "topic").of(topics, topic -> {
                result.topicNameValues().get(topic).get();
                broker.output().say("Deleted topic " + topic + ".");
                broker.output().tell(Output.object("topic", topic, "deleted", true));
            });
        }
    }
}
