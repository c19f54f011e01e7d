package io.ottla.cli;

import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** {@code ottla}: each command is a class of its own. Exit status 0 done, 1 could not be done, 2 not understood. */
@Command(
        name = "ottla",
        description = "One process that Kafka and ZooKeeper clients use as their server.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.VersionLine.class,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Example:", "  ottla start", "", "Each command has a --help of its own."},
        subcommands = {
            StartCommand.class,
            TopicCommand.class,
            ProduceCommand.class,
            ConsumeCommand.class,
            GroupCommand.class,
            DumpCommand.class,
            BenchCommand.class,
            TrainCommand.class
        })
public final class Main {
    private Main() {}

    public static void main(String[] arguments) throws Exception {
        Optional<StartCommand> start = QuickStart.parse(arguments);
        int status = start.isPresent() ? run(start.get()) : runAnswering(arguments);
        if (status != 0) System.exit(status);
    }

    private static int run(StartCommand start) throws InterruptedException {
        try {
            return start.call();
        } catch (CommandFailed failed) {
            System.err.println(sentence(failed));
            return 1;
        }
    }

    /** A command whose answer did not arrive has not done what was asked. */
    private static int runAnswering(String... arguments) {
        StandardOutput output = StandardOutput.install();
        int status = run(arguments);
        System.out.flush();
        Optional<String> loss = output.loss();
        loss.ifPresent(sentence -> System.err.println("ottla: " + sentence));
        return loss.isPresent() ? 1 : status;
    }

    static int run(String... arguments) {
        CommandLine line = new CommandLine(new Main());
        line.setExecutionExceptionHandler((problem, command, parsed) -> {
            if (problem instanceof StandardOutput.Lost) return 0; // runAnswering says whether that is a failure
            if (!(problem instanceof CommandFailed failed)) throw problem;
            command.getErr().println(sentence(failed));
            return 1;
        });
        return line.execute(arguments);
    }

    static String sentence(CommandFailed failed) {
        return "ottla: " + failed.getMessage();
    }

    static final class VersionLine implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"ottla " + Version.text()};
        }
    }
}
