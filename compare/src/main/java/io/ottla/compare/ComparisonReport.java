package io.ottla.compare;

import io.ottla.load.Html;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A comparison as a table of medians and ratios: for a terminal, as a page, for programs.
 *
 * @param names of the contenders; a ratio is the first one's median over that of the one who was measured beside it
 * @param conditions what a reader has to know of how it was measured
 */
public record ComparisonReport(Figures figures, List<String> names, Map<String, String> conditions) {
    private static final double BAR_PERCENT_MAX = 100;

    /** One line of the table. */
    record Line(Figure figure, List<OptionalDouble> medians, OptionalDouble ratio) {}

    List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        for (Figure figure : figures.all()) {
            List<OptionalDouble> medians =
                    names.stream().map(name -> figures.median(figure, name)).toList();
            OptionalDouble ratio = names.stream()
                    .skip(1)
                    .map(other -> figures.ratio(figure, names.getFirst(), other))
                    .filter(OptionalDouble::isPresent)
                    .findFirst()
                    .orElse(OptionalDouble.empty());
            lines.add(new Line(figure, medians, ratio));
        }
        return lines;
    }

    public List<String> text() {
        List<List<String>> cells = new ArrayList<>();
        List<String> head = new ArrayList<>(List.of(""));
        head.addAll(names);
        if (names.size() > 1) head.addAll(List.of("ratio", ""));
        cells.add(head);
        for (Line line : lines()) {
            List<String> row = new ArrayList<>();
            row.add(line.figure.row() + ": " + line.figure.name());
            line.medians.forEach(median -> row.add(number(median)));
            if (names.size() > 1) row.addAll(List.of(number(line.ratio), verdict(line)));
            cells.add(row);
        }
        List<String> lines = new ArrayList<>(aligned(cells, names.size() + 1));
        if (!figures.failures().isEmpty()) lines.add("");
        figures.failures().forEach(failure -> lines.add("not measured: " + failure));
        return lines;
    }

    private static List<String> aligned(List<List<String>> rows, int names) {
        int[] widths = new int[rows.getFirst().size()];
        for (List<String> row : rows)
            for (int i = 0; i < row.size(); i++)
                widths[i] = Math.max(widths[i], row.get(i).length());
        return rows.stream()
                .map(row -> {
                    StringBuilder line = new StringBuilder();
                    for (int i = 0; i < row.size(); i++) {
                        String pad = " ".repeat(widths[i] - row.get(i).length());
                        line.append(i == 0 || i > names ? row.get(i) + pad : pad + row.get(i))
                                .append("  ");
                    }
                    return line.toString().stripTrailing();
                })
                .toList();
    }

    private static String number(OptionalDouble value) {
        return value.isPresent() ? Numbers.text(value.getAsDouble()) : "-";
    }

    /** In words, which of the two is ahead; nothing where that is no question, or they are within a hundredth. */
    static String verdict(Line line) {
        if (line.ratio.isEmpty() || line.figure.better() == Figure.Better.NEITHER) return "";
        double ratio = line.ratio.getAsDouble();
        if (Math.abs(ratio - 1) < 0.01) return "";
        return (ratio > 1) == (line.figure.better() == Figure.Better.MORE) ? "better" : "worse";
    }

    /** A page that needs no network. */
    public String html() {
        StringBuilder body = new StringBuilder(Html.table(conditions));
        body.append("<p>Medians over the turns. The bar is the ratio of ").append(Html.escaped(names.getFirst()));
        body.append(" to the other: full length is 1 or more.</p>\n<table>\n<tr><th></th>");
        names.forEach(name ->
                body.append("<th class=\"n\">").append(Html.escaped(name)).append("</th>"));
        body.append("<th class=\"n\">ratio</th><th></th></tr>\n");
        String row = "";
        for (Line line : lines()) {
            if (!line.figure.row().equals(row)) {
                row = line.figure.row();
                body.append("<tr><th colspan=\"")
                        .append(names.size() + 3)
                        .append("\">")
                        .append(Html.escaped(about(row)))
                        .append("</th></tr>\n");
            }
            body.append("<tr><td>").append(Html.escaped(line.figure.name())).append("</td>");
            line.medians.forEach(median ->
                    body.append("<td class=\"n\">").append(number(median)).append("</td>"));
            body.append("<td class=\"n\">")
                    .append(number(line.ratio))
                    .append("</td><td style=\"width:30%\">")
                    .append(bar(line))
                    .append("</td></tr>\n");
        }
        body.append("</table>\n");
        figures.failures()
                .forEach(failure -> body.append("<p>Not measured: ")
                        .append(Html.escaped(failure))
                        .append("</p>\n"));
        return Html.page("ottla bench compare", body.toString());
    }

    private static String about(String row) {
        return Rows.all().stream()
                .filter(each -> each.name().equals(row))
                .map(Row::about)
                .findFirst()
                .orElse(row);
    }

    private static String bar(Line line) {
        if (line.ratio.isEmpty() || line.figure.better() == Figure.Better.NEITHER) return "";
        long percent = Math.round(Math.min(BAR_PERCENT_MAX, 100 * line.ratio.getAsDouble()));
        String worse = verdict(line).equals("worse") ? " worse" : "";
        return "<span class=\"bar" + worse + "\" style=\"width:" + percent + "%\"></span>";
    }

    /** For programs: medians, the values of each turn, and the ratio. */
    public Map<String, Object> toMap() {
        List<Map<String, Object>> all = new ArrayList<>();
        for (Line line : lines()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("row", line.figure.row());
            map.put("figure", line.figure.name());
            for (int i = 0; i < names.size(); i++) {
                if (line.medians.get(i).isEmpty()) continue;
                Map<String, Object> values = new LinkedHashMap<>();
                values.put("median", line.medians.get(i).getAsDouble());
                values.put("turns", figures.values(line.figure, names.get(i)));
                map.put(names.get(i), values);
            }
            if (line.ratio.isPresent()) map.put("ratio", line.ratio.getAsDouble());
            all.add(map);
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("conditions", conditions);
        map.put("figures", all);
        map.put("notMeasured", figures.failures());
        return map;
    }
}
