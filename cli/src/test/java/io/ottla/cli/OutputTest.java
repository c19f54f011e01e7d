package io.ottla.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OutputTest {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private Output output(boolean json) {
        return new Output(json, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    }

    @Test
    void peopleGetAnAlignedTable() {
        Output.Rows rows = output(false).rows("topic", "replicas", "leader");
        rows.add("a", List.of(1, 2), 1);
        rows.add("longer", List.of(3), null);
        rows.print("nothing");
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("""
                TOPIC   REPLICAS  LEADER
                a       1,2       1
                longer  3         -
                """);
    }

    @Test
    void programsGetOneObjectALine() {
        Output output = output(true);
        Output.Rows rows = output.rows("topic", "replicas", "leader");
        rows.add("a", List.of(1, 2), null);
        rows.print("nothing");
        output.say("for people");
        output.tell(Map.of("done", true));
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("""
                {"topic":"a","replicas":[1,2],"leader":null}
                {"done":true}
                """);
    }

    @Test
    void anEmptyTableSaysSo() {
        output(false).rows("topic").print("There are no topics.");
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("There are no topics.\n");
    }

    /** A program that reads a line finds one, and no field of a row in it. */
    @Test
    void anEmptyTableIsAnObjectForPrograms() {
        output(true).rows("topic").print("There are no topics.");
        assertThat(bytes.toString(StandardCharsets.UTF_8)).isEqualTo("{\"none\":\"There are no topics.\"}\n");
    }

    @Test
    void aRowHasAValueForEachColumn() {
        assertThatThrownBy(() -> output(false).rows("one", "two").add(1)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void progressEndsWithALineAlsoWhenNobodyWatches() {
        Progress progress = new Progress("records", new PrintStream(bytes, true, StandardCharsets.UTF_8), false);
        progress.add(3, 2_000_000);
        progress.end();
        assertThat(bytes.toString(StandardCharsets.UTF_8))
                .startsWith("3 records, 2.0 MB, ")
                .endsWith("/s.\n");
    }
}
