package io.ottla.cli;

import io.ottla.compare.ApacheDownload;
import io.ottla.compare.Children;
import io.ottla.compare.Client;
import io.ottla.compare.Comparison;
import io.ottla.compare.ComparisonReport;
import io.ottla.compare.Contender;
import io.ottla.compare.Figures;
import io.ottla.compare.KafkaContender;
import io.ottla.compare.OttlaContender;
import io.ottla.compare.Row;
import io.ottla.compare.Rows;
import io.ottla.compare.Service;
import io.ottla.compare.ZooKeeperContender;
import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ottla bench compare}. */
@Command(
        name = "compare",
        description = {
            "Runs Ottla and Apache Kafka (for the rows zk-..., Apache ZooKeeper) on this machine in turn, each with its own default options on a fresh directory, under the same"
                    + " loads, and prints both sides' medians and their ratio.",
            "",
            "Apache's servers come through Maven, once, into a cache folder. Without --rows it takes about a quarter of an hour;"
                    + " --scale 0.1 --turns 1 takes a few minutes and says less. Nothing else should run on the machine."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  ottla bench compare --html comparison.html",
            "  ottla bench compare --rows 1kb,steady --turns 5 --repeats 3",
            "  ottla bench compare --rows zookeeper",
            "  ottla bench compare --list"
        })
final class BenchCompareCommand implements Callable<Integer> {
    /** How long Ctrl-C waits for servers to be stopped, folders to be removed and the table to be printed. */
    private static final long FINISH_S_MAX = 30;

    private static final String LAUNCHER = "ottla.launcher";

    /** Which sides are run. */
    enum Side {
        both,
        ottla,
        kafka,
        zookeeper
    }

    @Option(
            names = "--kafka-version",
            paramLabel = "VERSION",
            defaultValue = "4.3.1",
            description = "Which Apache Kafka (default: ${DEFAULT-VALUE}).")
    String kafkaVersion;

    @Option(
            names = "--zookeeper-version",
            paramLabel = "VERSION",
            defaultValue = "3.9.5",
            description = "Which Apache ZooKeeper (default: ${DEFAULT-VALUE}).")
    String zooKeeperVersion;

    @Option(
            names = "--rows",
            paramLabel = "ROW",
            split = ",",
            description =
                    "What to measure, by the names of --list, zookeeper for all of its rows, or all; what is usual if absent.")
    List<String> rows = new ArrayList<>();

    @Option(names = "--list", description = "List the rows, and do nothing.")
    boolean list;

    @Option(
            names = "--turns",
            paramLabel = "N",
            defaultValue = "3",
            description = "How often each is measured (default: ${DEFAULT-VALUE}).")
    int turns;

    @Option(
            names = "--repeats",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "How often a load is repeated in the same server: the first is called fresh, the last warm (default: ${DEFAULT-VALUE}).")
    int repeats;

    @Option(
            names = "--scale",
            paramLabel = "X",
            defaultValue = "1",
            description = "Multiplies all counts, sizes and durations (default: ${DEFAULT-VALUE}).")
    double scale;

    @Option(
            names = "--side",
            paramLabel = "SIDE",
            defaultValue = "both",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    Side side;

    @Option(
            names = "--folder",
            paramLabel = "FOLDER",
            description = "Where the servers keep their data while they run (default: the temporary folder).")
    Path folder = Path.of(System.getProperty("java.io.tmpdir"));

    @Option(
            names = "--cache",
            paramLabel = "FOLDER",
            description = "Where Apache's servers are kept (default: ~/.cache/ottla, or as XDG_CACHE_HOME says).")
    Optional<Path> cache = Optional.empty();

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write the table as a page; it opens without a network.")
    Optional<Path> html = Optional.empty();

    @Option(names = "--json", description = "Print JSON, for programs.")
    boolean json;

    private final Children children = new Children();

    @Override
    public Integer call() throws CommandFailed, InterruptedException {
        if (list) {
            Output.Rows table = new Output(json, System.out).rows("row", "usual", "what");
            for (Row row : Rows.all()) table.add(row.name(), row.usual(), row.about());
            table.print("");
            return 0;
        }
        if (turns < 1 || repeats < 1) throw new CommandFailed("--turns and --repeats take 1 or more.");
        if (!(scale > 0) || scale > 100) throw new CommandFailed("--scale takes more than 0, up to 100.");
        try (Interruption _ = new Interruption(
                children::endAll,
                FINISH_S_MAX,
                "not everything was tidied up in time; there may be something left in " + folder + ".")) {
            return compare();
        } catch (LoadFailedException e) {
            throw new CommandFailed(e.getMessage());
        }
    }

    private int compare() throws CommandFailed, LoadFailedException, InterruptedException {
        List<Row> chosen = Rows.named(rows);
        List<Contender> contenders = new ArrayList<>();
        if (side == Side.both || side == Side.ottla) contenders.add(new OttlaContender(launcher()));
        ApacheDownload download = new ApacheDownload(cacheFolder(), System.err::println);
        if ((side == Side.both && measures(chosen, Service.KAFKA)) || side == Side.kafka)
            contenders.add(new KafkaContender(kafkaVersion, download.kafka(kafkaVersion)));
        if ((side == Side.both && measures(chosen, Service.ZOOKEEPER)) || side == Side.zookeeper)
            contenders.add(new ZooKeeperContender(zooKeeperVersion, download.zooKeeper(zooKeeperVersion)));
        Figures figures = new Figures();
        Client client = new Client(program(), children);
        new Comparison(contenders, chosen, turns, scale, repeats, folder, client, children, System.err::println)
                .run(figures);
        List<String> names = contenders.stream().map(Contender::name).toList();
        report(new ComparisonReport(figures, names, conditions()));
        return figures.failures().isEmpty() ? 0 : 1;
    }

    private static boolean measures(List<Row> rows, Service service) {
        return rows.stream().anyMatch(row -> row.service() == service);
    }

    private void report(ComparisonReport report) throws CommandFailed {
        if (children.ended()) System.err.println("Ended early; this is what was measured until then.");
        if (json) System.out.println(Output.text(report.toMap()));
        else report.text().forEach(System.out::println);
        System.out.flush();
        if (html.isEmpty()) return;
        try {
            Files.writeString(html.get(), report.html());
        } catch (IOException e) {
            throw new CommandFailed("The page cannot be written to " + html.get() + ": " + e.getMessage() + ".");
        }
        if (!json)
            System.out.println("The page is " + html.get().toAbsolutePath().toUri() + ".");
    }

    private Map<String, String> conditions() {
        Map<String, String> conditions = new LinkedHashMap<>();
        conditions.put("date", LocalDate.now().toString());
        conditions.put("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
        conditions.put("JDK", System.getProperty("java.runtime.version"));
        conditions.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        conditions.put("turns", String.valueOf(turns));
        conditions.put("repeats", String.valueOf(repeats));
        conditions.put("scale", String.valueOf(scale));
        return conditions;
    }

    private static Path launcher() throws CommandFailed {
        String launcher = System.getProperty(LAUNCHER);
        if (launcher == null)
            throw new CommandFailed("A comparison starts Ottla as users do: run it as ./ottla bench compare.");
        return Path.of(launcher);
    }

    private Path cacheFolder() {
        if (cache.isPresent()) return cache.get().toAbsolutePath();
        String base = System.getenv("XDG_CACHE_HOME");
        return (base == null || base.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(base))
                .resolve("ottla");
    }

    /** This program, run the same way, up to {@code bench}. */
    private static List<String> program() {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        words.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), "bench"));
        return words;
    }
}
