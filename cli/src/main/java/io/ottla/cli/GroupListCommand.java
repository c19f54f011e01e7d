package io.ottla.cli;

import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ottla group list}. */
@Command(
        name = "list",
        description = "Lists the groups.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  ottla group list"})
final class GroupListCommand implements Callable<Integer> {
    @Mixin
    BrokerOptions broker;

    @Override
    public Integer call() throws Exception {
        try (Admin admin = broker.admin()) {
            Output.Rows rows = broker.output().rows("group", "state", "type", "protocol");
            admin.listGroups().all().get().stream()
                    .sorted(Comparator.comparing(GroupListing::groupId))
                    .forEach(group -> rows.add(
                            group.groupId(),
                            group.groupState().map(Object::toString).orElse(null),
                            group.type().map(Object::toString).orElse(null),
                            group.protocol()));
            rows.print("There are no groups. A consumer with a group makes one: `ottla consume TOPIC --group NAME`.");
            return 0;
        } catch (ExecutionException e) {
            throw broker.failed("listing the groups", e);
        }
    }
}
