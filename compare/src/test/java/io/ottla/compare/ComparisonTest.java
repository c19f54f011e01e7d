package io.ottla.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order of turns, what happens when something fails, and that nothing is left behind. */
class ComparisonTest {
    @TempDir
    Path folder;

    private final Children children = new Children();
    private final Figures figures = new Figures();
    private final List<String> order = new ArrayList<>();

    private record Fake(String name, List<String> words, Set<Service> services) implements Contender {
        private Fake(String name, List<String> words) {
            this(name, words, Set.of(Service.KAFKA));
        }

        @Override
        public Command prepare(Path folder, Map<String, String> properties) {
            return new Command(words, Map.of());
        }
    }

    private interface Measuring {
        void measure(Turn turn) throws LoadFailedException, IOException, InterruptedException;
    }

    private record FakeRow(String name, Measuring measuring) implements Row {
        @Override
        public String about() {
            return name;
        }

        @Override
        public long diskBytes() {
            return 0;
        }

        @Override
        public void measure(Turn turn) throws LoadFailedException, IOException, InterruptedException {
            measuring.measure(turn);
        }
    }

    private Comparison comparison(int turns, List<String> words, Row... rows) {
        List<Contender> contenders = List.of(new Fake("a", words), new Fake("b", words));
        return new Comparison(
                contenders,
                List.of(rows),
                turns,
                1,
                1,
                folder,
                new Client(List.of("false"), children),
                children,
                line -> {});
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    @Test
    void whoBeginsChangesFromTurnToTurn() throws Exception {
        Row row = new FakeRow("row", turn -> {
            order.add(turn.contender().name());
            Files.writeString(turn.folder().resolve("data"), "x");
            turn.more("value", order.size());
        });
        comparison(3, List.of(), row).run(figures);
        assertThat(order).containsExactly("a", "b", "b", "a", "a", "b");
        assertThat(figures.values(new Figure("row", "value", Figure.Better.MORE), "a"))
                .containsExactly(1.0, 4.0, 5.0);
        assertThat(left()).isEmpty();
    }

    @Test
    void whatFailsIsSaidAndTheOthersAreMeasured() throws Exception {
        Row failing = new FakeRow("failing", turn -> {
            throw new LoadFailedException("no luck");
        });
        Row good = new FakeRow("good", turn -> turn.more("value", 1));
        comparison(1, List.of(), failing, good).run(figures);
        assertThat(figures.failures()).containsExactly("failing, a: no luck", "failing, b: no luck");
        assertThat(figures.all()).extracting(Figure::row).containsExactly("good");
    }

    /** What is measured by then is told, even if a row has a fault. */
    @Test
    void aFaultOfARowIsNamedAndTheOthersAreMeasured() throws Exception {
        Row faulty = new FakeRow("faulty", turn -> {
            throw new IllegalStateException("no track produce");
        });
        comparison(1, List.of(), faulty, new FakeRow("good", turn -> turn.more("value", 1)))
                .run(figures);
        assertThat(figures.failures().getFirst()).startsWith("faulty, a: ").contains("no track produce");
        assertThat(figures.all()).extracting(Figure::row).containsExactly("good");
        assertThat(left()).isEmpty();
    }

    @Test
    void aToolThatFailsIsQuoted() throws Exception {
        Path log = folder.resolve("log");
        assertThat(Tool.run(log, List.of("echo", "done"))).isEqualTo("done\n");
        assertThatThrownBy(() -> Tool.run(log, List.of("sh", "-c", "echo no such key; exit 3")))
                .isInstanceOf(LoadFailedException.class)
                .hasMessage("sh failed: no such key");
        assertThatThrownBy(() -> Tool.run(log, List.of("/no/such/tool")))
                .isInstanceOf(LoadFailedException.class)
                .hasMessageContaining("tool cannot be run");
    }

    @Test
    void aLoadThatIsLeftIsEnded() throws Exception {
        Client client = new Client(List.of("sh", "-c", "exec sleep 1000"), children);
        Client.Running left = client.start("nowhere:1", "produce");
        assertThat(left.isRunning()).isTrue();
        left.close();
        assertThat(left.isRunning()).isFalse();
    }

    @Test
    void aServerThatEndsWhileItStartsIsQuoted() throws Exception {
        Row row = new FakeRow("row", turn -> turn.start().close());
        comparison(1, List.of("sh", "-c", "echo the port is taken; exit 3"), row)
                .run(figures);
        assertThat(figures.failures().getFirst())
                .contains("ended while it started")
                .contains("the port is taken");
        assertThat(left()).isEmpty();
    }

    @Test
    void aServerThatCannotBeRunIsSaid() throws Exception {
        Row row = new FakeRow("row", turn -> turn.start().close());
        comparison(1, List.of("/no/such/program"), row).run(figures);
        assertThat(figures.failures().getFirst()).contains("a cannot be started");
    }

    @Test
    void endedEarlyItStopsItsProcessesAndMeasuresNoMore() throws Exception {
        List<Process> started = new ArrayList<>();
        Row row = new FakeRow("row", turn -> {
            started.add(turn.children().start(new ProcessBuilder("sleep", "1000")));
            turn.children().endAll();
            turn.pass(100);
        });
        comparison(5, List.of(), row).run(figures);
        assertThat(started).hasSize(1);
        assertThat(started.getFirst().isAlive()).isFalse();
        assertThat(figures.failures()).isEmpty();
        assertThat(left()).isEmpty();
        assertThatThrownBy(() -> children.start(new ProcessBuilder("true"))).isInstanceOf(IOException.class);
    }

    @Test
    void aLoadThatFailsSaysWhy() throws Exception {
        Client client = new Client(List.of("sh", "-c", "echo 'ottla: nobody is there' >&2; exit 1"), children);
        assertThatThrownBy(() -> client.run("nowhere:1", "produce"))
                .isInstanceOf(LoadFailedException.class)
                .hasMessageContaining("nobody is there");
    }

    @Test
    void aLoadIsReadByTrack() throws Exception {
        String json = "{\"tracks\":[{\"track\":\"produce\",\"mbPerS\":12.5,\"latencyMs\":{\"p99\":3}}]}";
        Client client = new Client(List.of("sh", "-c", "echo '    1.0   5' >&2; echo '" + json + "'"), children);
        Client.Measured measured = client.run("nowhere:1", "produce");
        assertThat(measured.of("produce", "mbPerS")).isEqualTo(12.5);
        assertThat(measured.latencyMs("produce", "p99")).isEqualTo(3);
        assertThatThrownBy(() -> measured.of("consume", "mbPerS")).hasMessageContaining("no track consume");
    }

    @Test
    void rowsAreChosenByName() throws Exception {
        assertThat(Rows.named(List.of())).allMatch(Row::usual).isNotEmpty();
        assertThat(Rows.named(List.of("all"))).isEqualTo(Rows.all());
        assertThat(Rows.named(List.of("steady", "start"))).extracting(Row::name).containsExactly("start", "steady");
        assertThatThrownBy(() -> Rows.named(List.of("speed")))
                .hasMessageContaining("no row 'speed'")
                .hasMessageContaining("one-by-one");
        assertThat(Rows.all()).extracting(Row::name).doesNotHaveDuplicates();
        assertThat(Rows.named(List.of("zookeeper")))
                .isNotEmpty()
                .allMatch(row -> row.service() == Service.ZOOKEEPER)
                .noneMatch(Row::usual);
        assertThat(Rows.named(List.of("zk-start", "e2e"))).extracting(Row::name).containsExactly("e2e", "zk-start");
    }

    @Test
    void whoIsNotAskedForAServiceHasNoTurn() throws Exception {
        Row kafka = new FakeRow(
                "kafka", turn -> order.add("kafka " + turn.contender().name()));
        Row zooKeeper = new ZooKeeperRow() {
            @Override
            public String name() {
                return "zk";
            }

            @Override
            public String about() {
                return "zk";
            }

            @Override
            public long diskBytes() {
                return 0;
            }

            @Override
            public void measure(Turn turn) {
                order.add("zk " + turn.contender().name());
            }
        };
        List<Contender> contenders = List.of(
                new Fake("both", List.of(), Set.of(Service.values())),
                new Fake("kafka", List.of()),
                new Fake("zookeeper", List.of(), Set.of(Service.ZOOKEEPER)));
        new Comparison(
                        contenders,
                        List.of(kafka, zooKeeper),
                        1,
                        1,
                        1,
                        folder,
                        new Client(List.of("false"), children),
                        children,
                        line -> {})
                .run(figures);
        assertThat(order).containsExactly("kafka both", "kafka kafka", "zk both", "zk zookeeper");
    }
}
