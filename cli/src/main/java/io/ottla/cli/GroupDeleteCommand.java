package io.ottla.cli;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DeleteConsumerGroupsResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ottla group delete}. */
@Command(
        name = "delete",
        description = "Deletes groups without members, and their offsets.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  ottla group delete billing"})
final class GroupDeleteCommand implements Callable<Integer> {
    @Mixin
    BrokerOptions broker;

    @Parameters(paramLabel = "GROUP", arity = "1..*", description = "The names of the groups.")
    List<String> groups;

    @Override
    public Integer call() throws Exception {
        try (Admin admin = broker.admin()) {
            DeleteConsumerGroupsResult result = admin.deleteConsumerGroups(new LinkedHashSet<>(groups));
            return new EachName(broker, "deleting group", "group").of(groups, group -> {
                result.deletedGroups().get(group).get();
                broker.output().say("Deleted group " + group + ".");
                broker.output().tell(Output.object("group", group, "deleted", true));
            });
        }
    }
}
