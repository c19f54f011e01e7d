package io.ottla.compare;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** All values of a comparison: each figure of each contender, once a turn. */
public final class Figures {
    private final Map<Figure, Map<String, List<Double>>> values = new LinkedHashMap<>();
    private final List<String> failures = new ArrayList<>();

    void add(Figure figure, String contender, double value) {
        values.computeIfAbsent(figure, all -> new LinkedHashMap<>())
                .computeIfAbsent(contender, all -> new ArrayList<>())
                .add(value);
    }

    void failed(String row, String contender, String why) {
        failures.add(row + ", " + contender + ": " + why);
    }

    public List<Figure> all() {
        return List.copyOf(values.keySet());
    }

    /** What could not be measured, and why. */
    public List<String> failures() {
        return List.copyOf(failures);
    }

    public List<Double> values(Figure figure, String contender) {
        return values.getOrDefault(figure, Map.of()).getOrDefault(contender, List.of());
    }

    /** Over the turns; empty if it was never measured. */
    public OptionalDouble median(Figure figure, String contender) {
        return median(values(figure, contender));
    }

    static OptionalDouble median(List<Double> values) {
        if (values.isEmpty()) return OptionalDouble.empty();
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        return OptionalDouble.of(sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2);
    }

    /** The first contender's median over the second's; empty without both, or if the second's is 0. */
    public OptionalDouble ratio(Figure figure, String first, String second) {
        OptionalDouble ours = median(figure, first);
        OptionalDouble theirs = median(figure, second);
        if (ours.isEmpty() || theirs.isEmpty() || theirs.getAsDouble() == 0) return OptionalDouble.empty();
        return OptionalDouble.of(ours.getAsDouble() / theirs.getAsDouble());
    }
}
