package io.ottla.cli;

import io.ottla.compare.ZooKeeperLoad;
import io.ottla.load.LoadFailedException;
import io.ottla.load.StopSignal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ottla bench zookeeper}. */
@Command(
        name = "zookeeper",
        description = {
            "Measures any ZooKeeper server, through Apache's client: requests a second, and how long they take.",
            "",
            "The steps are carried out one after another: set, get and mixed (ten reads to a write) on a thousand nodes, create makes"
                    + " ephemeral ones. All of it is removed afterwards."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ottla bench zookeeper set:100000 get:400000 --sessions 8 --outstanding 64",
            "  ottla bench zookeeper set:10000 --warmup set:5000 --sessions 1 --outstanding 1",
            "  ottla bench zookeeper set:60000 --rate 1000 --outstanding 1000"
        })
final class BenchZooKeeperCommand implements Callable<Integer> {
    /** How long Ctrl-C waits for answers under way and for the removal of the nodes. */
    private static final long FINISH_S_MAX = 20;

    @Parameters(paramLabel = "STEP", arity = "1..*", description = "What to do and how often, such as set:100000.")
    List<String> steps = new ArrayList<>();

    @Option(
            names = {"-b", "--server"},
            paramLabel = "HOST:PORT",
            defaultValue = "localhost:2181",
            description = "The server, or several with commas between (default: ${DEFAULT-VALUE}).")
    String servers;

    @Option(
            names = "--warmup",
            paramLabel = "STEP",
            description = "A step before the others, not measured; may be repeated.")
    List<String> warmup = new ArrayList<>();

    @Option(
            names = "--sessions",
            paramLabel = "N",
            defaultValue = "8",
            description = "How many clients (default: ${DEFAULT-VALUE}).")
    int sessions;

    @Option(
            names = "--outstanding",
            paramLabel = "N",
            defaultValue = "64",
            description = "How many requests each has unanswered at most (default: ${DEFAULT-VALUE}).")
    int outstanding;

    @Option(
            names = "--size",
            paramLabel = "BYTES",
            defaultValue = "1024",
            description = "What a node holds (default: ${DEFAULT-VALUE}).")
    int dataBytes;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Requests a second in all; latencies then count from when each was due. As fast as answers come if absent.")
    double ratePerS;

    @Option(
            names = "--samples",
            paramLabel = "FILE",
            description = "Write a line for each request: when it was due and how long it took, microseconds.")
    Optional<Path> samples = Optional.empty();

    @Option(names = "--json", description = "Print JSON, for programs.")
    boolean json;

    @Override
    public Integer call() throws CommandFailed, InterruptedException {
        if (sessions < 1 || outstanding < 1) throw new CommandFailed("--sessions and --outstanding take 1 or more.");
        if (dataBytes < 0 || dataBytes > 1_000_000) throw new CommandFailed("--size takes up to 1000000 bytes.");
        if (!(ratePerS >= 0)) throw new CommandFailed("--rate takes more than 0.");
        StopSignal stop = new StopSignal();
        try (Interruption _ = new Interruption(
                stop::ask, FINISH_S_MAX, "not everything was tidied up in time; there may be nodes left below /.")) {
            List<ZooKeeperLoad.Track> tracks = ZooKeeperLoad.run(
                    new ZooKeeperLoad.Plan(
                            servers, sessions, outstanding, dataBytes, ratePerS, parsed(warmup), parsed(steps)),
                    stop,
                    this::tell);
            if (json)
                System.out.println(Output.text(Map.of(
                        "tracks",
                        tracks.stream().map(ZooKeeperLoad.Track::toMap).toList())));
            if (samples.isPresent()) write(samples.get(), tracks);
        } catch (LoadFailedException e) {
            throw new CommandFailed(e.getMessage());
        }
        return 0;
    }

    private static List<ZooKeeperLoad.Step> parsed(List<String> texts) throws LoadFailedException {
        List<ZooKeeperLoad.Step> steps = new ArrayList<>();
        for (String text : texts) steps.add(ZooKeeperLoad.Step.of(text));
        return steps;
    }

    private void tell(ZooKeeperLoad.Track track) {
        if (json) return;
        Map<String, Object> map = track.toMap();
        System.out.printf(
                "%-7s %,d requests, %,.0f a second; ms: %s%n",
                map.get("track"), (Integer) map.get("requests"), track.opsPerS(), map.get("latencyMs"));
    }

    private static void write(Path file, List<ZooKeeperLoad.Track> tracks) throws CommandFailed {
        List<String> lines = tracks.stream()
                .flatMap(track -> track.samples().stream())
                .map(sample -> sample.dueUs() + " " + sample.latencyUs())
                .toList();
        try {
            Files.write(file, lines);
        } catch (IOException e) {
            throw new CommandFailed("The samples cannot be written to " + file + ": " + e.getMessage() + ".");
        }
    }
}
