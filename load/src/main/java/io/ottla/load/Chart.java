package io.ottla.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * A line chart as inline SVG: nothing to fetch, nothing to run. Colours come from the page's style sheet, by class: {@code c0} … {@code c5}
 * for the lines.
 *
 * @param yLabel unit of the values
 * @param logarithmic whether the values' axis is; values below a thousandth of the largest then stand at the bottom
 * @param xTicks where the horizontal axis has its marks; empty for even ones
 */
record Chart(String title, String xLabel, String yLabel, boolean logarithmic, List<Tick> xTicks, List<Line> lines) {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 300;
    private static final int LEFT = 64;
    private static final int RIGHT = 16;
    private static final int TOP = 34;
    private static final int BOTTOM = 44;
    private static final int COLOURS = 6;
    private static final double LOG_RANGE = 1000;

    record Tick(double x, String label) {}

    record Point(double x, double y) {}

    record Line(String name, List<Point> points) {}

    String svg() {
        double xMax = Math.max(1e-9, all().mapToDouble(Point::x).max().orElse(1));
        double xMin = Math.min(0, all().mapToDouble(Point::x).min().orElse(0));
        double top = all().mapToDouble(Point::y).max().orElse(1);
        Axis x = new Axis(xMin, xMax, LEFT, WIDTH - RIGHT, false);
        Axis y = logarithmic ? logarithmicAxis(top) : new Axis(0, roundUp(top), HEIGHT - BOTTOM, TOP, false);
        StringBuilder svg = new StringBuilder();
        append(svg, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n", WIDTH, HEIGHT, Html.escaped(title));
        append(svg, "<text class=\"t\" x=\"%d\" y=\"16\">%s</text>\n", LEFT, Html.escaped(title));
        for (double value : y.ticks()) {
            double at = y.position(value);
            append(svg, "<path class=\"g\" d=\"M%d %.1fH%d\"/>", LEFT, at, WIDTH - RIGHT);
            append(
                    svg,
                    "<text class=\"l\" text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%s</text>\n",
                    LEFT - 6,
                    at + 4,
                    number(value));
        }
        for (Tick tick : xTicks.isEmpty() ? evenTicks(x) : xTicks) {
            if (tick.x > xMax) continue;
            double at = x.position(tick.x);
            append(svg, "<path class=\"g\" d=\"M%.1f %dV%d\"/>", at, TOP, HEIGHT - BOTTOM);
            append(
                    svg,
                    "<text class=\"l\" text-anchor=\"middle\" x=\"%.1f\" y=\"%d\">%s</text>\n",
                    at,
                    HEIGHT - BOTTOM + 16,
                    Html.escaped(tick.label));
        }
        append(
                svg,
                "<text class=\"l\" text-anchor=\"end\" x=\"%d\" y=\"%d\">%s</text>\n",
                WIDTH - RIGHT,
                HEIGHT - 8,
                Html.escaped(xLabel));
        append(svg, "<text class=\"l\" x=\"4\" y=\"%d\">%s</text>\n", TOP - 8, Html.escaped(yLabel));
        for (int i = 0; i < lines.size(); i++) draw(svg, lines.get(i), i, x, y);
        return svg.append("</svg>\n").toString();
    }

    private Stream<Point> all() {
        return lines.stream().flatMap(line -> line.points.stream());
    }

    private void draw(StringBuilder svg, Line line, int index, Axis x, Axis y) {
        int colour = index % COLOURS;
        StringBuilder path = new StringBuilder();
        for (Point point : line.points) {
            append(path, "%s%.1f %.1f", path.isEmpty() ? "M" : "L", x.position(point.x), y.position(point.y));
        }
        append(svg, "<path class=\"s c%d\" d=\"%s\"/>\n", colour, path);
        for (Point point : line.points)
            append(
                    svg,
                    "<circle class=\"d c%d\" cx=\"%.1f\" cy=\"%.1f\" r=\"5\"><title>%s: %s %s</title></circle>\n",
                    colour,
                    x.position(point.x),
                    y.position(point.y),
                    Html.escaped(line.name),
                    number(point.y),
                    Html.escaped(yLabel));
        double legendX = LEFT + 8 + 110.0 * index;
        append(svg, "<path class=\"s c%d\" d=\"M%.1f %dh18\"/>", colour, legendX, HEIGHT - 12);
        append(
                svg,
                "<text class=\"l\" x=\"%.1f\" y=\"%d\">%s</text>\n",
                legendX + 24,
                HEIGHT - 8,
                Html.escaped(line.name));
    }

    private Axis logarithmicAxis(double top) {
        double max = Math.pow(10, Math.ceil(Math.log10(Math.max(1e-3, top))));
        double least =
                all().mapToDouble(Point::y).filter(value -> value > 0).min().orElse(max / 10);
        double min = Math.max(max / LOG_RANGE / LOG_RANGE, Math.pow(10, Math.floor(Math.log10(least))));
        return new Axis(Math.min(min, max / 10), max, HEIGHT - BOTTOM, TOP, true);
    }

    /** A way from values to places on the page. */
    private record Axis(double min, double max, double from, double to, boolean logarithmic) {
        double position(double value) {
            double part = logarithmic
                    ? (Math.log10(Math.clamp(value, min, max)) - Math.log10(min)) / (Math.log10(max) - Math.log10(min))
                    : (value - min) / (max - min);
            return from + part * (to - from);
        }

        List<Double> ticks() {
            List<Double> ticks = new ArrayList<>();
            if (logarithmic) for (double tick = min; tick <= max * 1.001; tick *= 10) ticks.add(tick);
            else for (int i = 0; i <= 5; i++) ticks.add(min + (max - min) * i / 5);
            return ticks;
        }
    }

    private static List<Tick> evenTicks(Axis x) {
        double step = roundUp(x.max / 10);
        List<Tick> ticks = new ArrayList<>();
        for (int i = 0; i * step <= x.max * 1.001; i++) ticks.add(new Tick(i * step, number(i * step)));
        return ticks;
    }

    /** The next of 1, 2, 2.5, 5, 10 times a power of ten. */
    static double roundUp(double value) {
        if (value <= 0) return 1;
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (double step : new double[] {1, 2, 2.5, 5}) if (value <= power * step * 1.000001) return power * step;
        return power * 10;
    }

    /** Without more digits than a reader needs. */
    static String number(double value) {
        double size = Math.abs(value);
        String pattern = size >= 100 || value == 0 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 0.1 ? "%.2f" : "%.3f";
        String text = String.format(Locale.ROOT, pattern, value);
        return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
    }

    private static void append(StringBuilder svg, String pattern, Object... values) {
        svg.append(String.format(Locale.ROOT, pattern, values));
    }
}
