package io.ottla.load;

import java.util.List;
import java.util.Map;

/** The frame of a report: one file that needs no network, light or dark as the reader's screen is. */
public final class Html {
    private static final String STYLE = """
            :root { color-scheme: light dark; --ink: #1c2330; --dim: #69707d; --line: #d9dde3; --paper: #fff;
              --c0: #2563c9; --c1: #d9691e; --c2: #2f9e5b; --c3: #b3329a; --c4: #7a6a1f; --c5: #4a5568; }
            @media (prefers-color-scheme: dark) { :root { --ink: #e6e9ee; --dim: #98a1b0; --line: #333b47; --paper: #14181f;
              --c0: #6ea8ff; --c1: #ff9d5c; --c2: #5fd08d; --c3: #e77fd3; --c4: #d8c35b; --c5: #a3b1c6; } }
            body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 900px; margin: 2em auto; padding: 0 1em; }
            h1 { font-size: 1.5em; } h2 { font-size: 1.15em; margin-top: 2em; } .dim { color: var(--dim); }
            table { border-collapse: collapse; margin: 1em 0; } th, td { padding: .25em .8em .25em 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
            td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
            svg { width: 100%; height: auto; margin: 1em 0; } svg text { fill: var(--ink); font: 12px system-ui, sans-serif; }
            svg .t { font-weight: 600; font-size: 14px; } svg .l { fill: var(--dim); } svg .g { stroke: var(--line); fill: none; }
            svg .s { fill: none; stroke-width: 2; } svg .d { opacity: 0; fill: var(--paper); } svg .d:hover { opacity: 1; }
            .c0 { stroke: var(--c0); color: var(--c0); } .c1 { stroke: var(--c1); } .c2 { stroke: var(--c2); } .c3 { stroke: var(--c3); } .c4 { stroke: var(--c4); } .c5 { stroke: var(--c5); }
            .bar { display: inline-block; height: .7em; background: var(--c0); border-radius: 2px; } .bar.worse { background: var(--c1); }
            """;

    private Html() {}

    public static String page(String title, String body) {
        return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>"
                + escaped(title) + "</title>\n<style>\n" + STYLE + "</style></head><body>\n<h1>" + escaped(title)
                + "</h1>\n"
                + body + "</body></html>\n";
    }

    /** Two columns, names and values. */
    public static String table(Map<String, ?> values) {
        StringBuilder table = new StringBuilder("<table>\n");
        values.forEach((name, value) -> table.append("<tr><td class=\"dim\">")
                .append(escaped(name))
                .append("</td><td>")
                .append(escaped(String.valueOf(value)))
                .append("</td></tr>\n"));
        return table.append("</table>\n").toString();
    }

    /** @param numeric from which column on cells are numbers, which stand to the right */
    public static String table(List<String> head, List<List<String>> rows, int numeric) {
        StringBuilder table = new StringBuilder("<table>\n");
        row(table, "th", head, numeric);
        for (List<String> cells : rows) row(table, "td", cells, numeric);
        return table.append("</table>\n").toString();
    }

    private static void row(StringBuilder table, String tag, List<String> cells, int numeric) {
        table.append("<tr>");
        for (int i = 0; i < cells.size(); i++)
            table.append('<')
                    .append(tag)
                    .append(i >= numeric ? " class=\"n\">" : ">")
                    .append(escaped(cells.get(i)))
                    .append("</")
                    .append(tag)
                    .append('>');
        table.append("</tr>\n");
    }

    public static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
