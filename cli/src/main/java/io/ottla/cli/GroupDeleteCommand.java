package io.ottla.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
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
            DeleteConsumerGroupsResult result = admin.deleteConsumerGroups(groups);
            for (String group : groups) {
                try {
                    result.deletedGroups().get(group).get();
                } catch (ExecutionException e) {
                    throw broker.failed("deleting group " + group, e);
                }
                broker.output().say("Deleted group " + group + ".");
                broker.output().tell(Map.of("group", group, "deleted", true));
            }
        }
        return 0;
    }
}
