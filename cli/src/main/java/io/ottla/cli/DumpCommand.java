package io.ottla.cli;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla dump}: what is in the files of a data directory. Reads only, and may look at those of a running node. */
@Command(
        name = "dump",
        description = {
            "Prints files of a data directory: segments, indexes, snapshots, checkpoints, and those of the coordination"
                    + " service. Of a damaged file it prints what is sound, says what is wrong, and ends with status 1.",
            "Only reads, so a running node does not mind."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ottla dump ottla-data/kafka/orders-0",
            "  ottla dump --records --json ottla-data/kafka/orders-0/00000000000000000000.log"
        })
final class DumpCommand implements Callable<Integer> {
    @Parameters(arity = "1..*", paramLabel = "FILE|DIRECTORY", description = "Directories with all that is below them.")
    List<Path> paths;

    @Option(names = "--records", description = "The records of segments too, not only their batches.")
    boolean records;

    @Option(names = "--json", description = "One JSON object a line, keys and values in full.")
    boolean json;

    private FileDump dump;
    private boolean isSound = true;

    @Override
    public Integer call() throws CommandFailed {
        return run(System.out);
    }

    int run(PrintStream out) throws CommandFailed {
        Progress progress = Progress.beside(1, "entries");
        PrintStream buffered = new PrintStream(StandardOutput.inBulk(out), false, StandardCharsets.UTF_8);
        try (FileDump files = new FileDump(new Output(json, buffered), records, progress)) {
            dump = files;
            for (Path path : paths) dump(path);
        } finally {
            buffered.flush();
            progress.endIfShown();
        }
        return isSound ? 0 : 1;
    }

    private void dump(Path path) throws CommandFailed {
        if (!Files.exists(path)) throw new CommandFailed("There is no file or directory '" + path + "'.");
        if (!Files.isDirectory(path)) {
            if (!FileDump.isKnown(path))
                throw new CommandFailed("'" + path + "' is no file of a data directory, by its name.");
            isSound &= dump.print(path);
            return;
        }
        for (Path each : sorted(path)) {
            if (Files.isDirectory(each)) dump(each);
            else if (FileDump.isKnown(each)) isSound &= dump.print(each);
        }
    }

    private static List<Path> sorted(Path directory) throws CommandFailed {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.sorted().toList();
        } catch (IOException e) {
            throw new CommandFailed("The directory '" + directory + "' cannot be read: " + e.getMessage() + ".");
        }
    }
}
