package io.ottla.cli;

import picocli.CommandLine.Command;

/** {@code ottla group}: the consumer groups of a cluster. */
@Command(
        name = "group",
        description = "Lists, describes, resets and deletes consumer groups.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  ottla group describe billing"},
        subcommands = {
            GroupListCommand.class,
            GroupDescribeCommand.class,
            GroupResetCommand.class,
            GroupDeleteCommand.class
        })
final class GroupCommand {}
