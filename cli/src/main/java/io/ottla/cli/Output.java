package io.ottla.cli;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Prints rows: as an aligned table for people, or as one JSON object a line for programs. */
final class Output {
    private final boolean json;
    private final PrintStream out;

    Output(boolean json, PrintStream out) {
        this.json = json;
        this.out = out;
    }

    boolean json() {
        return json;
    }

    /** A sentence for people; programs are not told. */
    void say(String sentence) {
        if (!json) out.println(sentence);
    }

    /** One object for programs; people are not told. Its fields come in its own order, so it should have one ({@link #object}). */
    void tell(Map<String, ?> object) {
        if (json) out.println(text(object));
    }

    /** @param namesAndValues a name, its value, the next name … */
    static Map<String, Object> object(Object... namesAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2)
            object.put((String) namesAndValues[i], namesAndValues[i + 1]);
        return object;
    }

    Rows rows(String... columns) {
        return new Rows(List.of(columns));
    }

    static String text(Object value) {
        try {
            return JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES).asString(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A table in the making; {@link #print} shows it. */
    final class Rows {
        private final List<String> columns;
        private final List<Object[]> rows = new ArrayList<>();

        private Rows(List<String> columns) {
            this.columns = columns;
        }

        void add(Object... values) {
            if (values.length != columns.size())
                throw new IllegalArgumentException(values.length + " values for " + columns.size() + " columns");
            rows.add(values);
        }

        /** @param whenEmpty the sentence when there are no rows; programs find it under {@code "none"}, where a row has no such field */
        void print(String whenEmpty) {
            if (json) {
                if (rows.isEmpty()) tell(object("none", whenEmpty));
                for (Object[] row : rows) {
                    Map<String, Object> object = new LinkedHashMap<>();
                    for (int i = 0; i < row.length; i++) object.put(columns.get(i), row[i]);
                    out.println(text(object));
                }
                return;
            }
            if (rows.isEmpty()) {
                out.println(whenEmpty);
                return;
            }
            int[] widths = columns.stream().mapToInt(String::length).toArray();
            for (Object[] row : rows)
                for (int i = 0; i < row.length; i++)
                    widths[i] = Math.max(widths[i], cell(row[i]).length());
            line(columns.stream().map(column -> column.toUpperCase(Locale.ROOT)).toList(), widths);
            for (Object[] row : rows) line(Arrays.stream(row).map(Output::cell).toList(), widths);
        }

        private void line(List<String> cells, int[] widths) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < cells.size(); i++) {
                if (i > 0) line.append("  ");
                line.append(cells.get(i));
                if (i < cells.size() - 1)
                    line.append(" ".repeat(widths[i] - cells.get(i).length()));
            }
            out.println(line);
        }
    }

    private static String cell(Object value) {
        return switch (value) {
            case null -> "-";
            case List<?> list ->
                String.join(",", list.stream().map(String::valueOf).toList());
            case Map<?, ?> map ->
                String.join(
                        " ",
                        map.entrySet().stream()
                                .map(entry -> entry.getKey() + "=" + entry.getValue())
                                .toList());
            default -> value.toString();
        };
    }
}
