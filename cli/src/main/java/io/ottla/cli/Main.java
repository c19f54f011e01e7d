package io.ottla.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
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
        footer = {"", "Example:", "  ottla start", "", "Each command has a --help of its own."})
public final class Main {
    /** By name, in the order of the help. */
    private static final Map<String, Supplier<Object>> COMMANDS = commands();

    private Main() {}

    private static Map<String, Supplier<Object>> commands() {
        Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
        commands.put("start", StartCommand::new);
        commands.put("topic", TopicCommand::new);
        commands.put("produce", ProduceCommand::new);
        commands.put("consume", ConsumeCommand::new);
        commands.put("group", GroupCommand::new);
        commands.put("dump", DumpCommand::new);
        commands.put("bench", BenchCommand::new);
        commands.put("train", TrainCommand::new);
        return commands;
    }

    /** The library looks into the class of each command that it knows, so it knows only the one that is asked for, if one is. */
    private static CommandLine commandLine(String... arguments) {
        CommandLine line = new CommandLine(new Main());
        boolean isNamed = arguments.length > 0 && COMMANDS.containsKey(arguments[0]);
        COMMANDS.forEach((name, command) -> {
            if (!isNamed || name.equals(arguments[0])) line.addSubcommand(name, command.get());
        });
        return line;
    }

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
        CommandLine line = commandLine(arguments);
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
