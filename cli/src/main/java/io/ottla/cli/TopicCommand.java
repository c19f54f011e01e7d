package io.ottla.cli;

import picocli.CommandLine.Command;

/** {@code ottla topic}: the topics of a cluster. */
@Command(
        name = "topic",
        description = "Creates, lists, describes, alters and deletes topics.",
        mixinStandardHelpOptions = true,
        footer = {"", "Example:", "  ottla topic create orders --partitions 12"},
        subcommands = {
            TopicCreateCommand.class,
            TopicListCommand.class,
            TopicDescribeCommand.class,
            TopicAlterCommand.class,
            TopicDeleteCommand.class
        })
final class TopicCommand {}
