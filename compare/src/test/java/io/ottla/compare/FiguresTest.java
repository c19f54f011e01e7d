package io.ottla.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.compare.Figure.Better;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Medians, ratios, and who is ahead. */
class FiguresTest {
    private static final Figure MORE = new Figure("1kb", "produce MB/s", Better.MORE);
    private static final Figure LESS = new Figure("1kb", "server CPU s/GB", Better.LESS);
    private static final Figure NOTE = new Figure("gc", "pauses", Better.NEITHER);

    private final Figures figures = new Figures();

    private ComparisonReport report() {
        return new ComparisonReport(
                figures, List.of("Ottla", "Kafka 4.3.1"), Map.of("turns", "3", "<JDK>", "25 & more"));
    }

    private void add(Figure figure, String contender, double... values) {
        for (double value : values) figures.add(figure, contender, value);
    }

    @Test
    void aMedianIsTheMiddleOrTheMeanOfTheTwoInTheMiddle() {
        assertThat(Figures.median(List.of())).isEmpty();
        assertThat(Figures.median(List.of(7.0))).hasValue(7);
        assertThat(Figures.median(List.of(9.0, 1.0, 5.0))).hasValue(5);
        assertThat(Figures.median(List.of(9.0, 1.0, 5.0, 6.0))).hasValue(5.5);
    }

    @Test
    void aRatioIsOfMediansAndNeedsBothSides() {
        add(MORE, "Ottla", 10, 200, 210);
        assertThat(figures.ratio(MORE, "Ottla", "Kafka 4.3.1")).isEmpty();
        add(MORE, "Kafka 4.3.1", 100, 90, 500);
        assertThat(figures.ratio(MORE, "Ottla", "Kafka 4.3.1")).hasValue(2);
        add(LESS, "Ottla", 1);
        add(LESS, "Kafka 4.3.1", 0);
        assertThat(figures.ratio(LESS, "Ottla", "Kafka 4.3.1"))
                .as("nothing is a multiple of nothing")
                .isEmpty();
    }

    @Test
    void theTableSaysWhoIsAhead() {
        add(MORE, "Ottla", 150);
        add(MORE, "Kafka 4.3.1", 100);
        add(LESS, "Ottla", 1500);
        add(LESS, "Kafka 4.3.1", 1000);
        add(NOTE, "Ottla", 3);
        add(NOTE, "Kafka 4.3.1", 30);
        figures.failed("tls", "Ottla", "no listener");
        assertThat(report().text())
                .containsExactly(
                        "                      Ottla  Kafka 4.3.1  ratio",
                        "1kb: produce MB/s       150          100   1.50  better",
                        "1kb: server CPU s/GB  1,500        1,000   1.50  worse",
                        "gc: pauses             3.00         30.0  0.100",
                        "",
                        "not measured: tls, Ottla: no listener");
    }

    @Test
    void aRatioIsToWhoWasMeasuredBeside() {
        Figure start = new Figure("zk-start", "first answer s", Better.LESS);
        add(MORE, "Ottla", 150);
        add(MORE, "Kafka 4.3.1", 100);
        add(start, "Ottla", 1);
        add(start, "ZooKeeper 3.9.5", 4);
        assertThat(new ComparisonReport(figures, List.of("Ottla", "Kafka 4.3.1", "ZooKeeper 3.9.5"), Map.of()).text())
                .containsExactly(
                        "                          Ottla  Kafka 4.3.1  ZooKeeper 3.9.5  ratio",
                        "1kb: produce MB/s           150          100                -   1.50  better",
                        "zk-start: first answer s   1.00            -             4.00  0.250  better");
    }

    @Test
    void aHundredthIsNoDifference() {
        add(MORE, "Ottla", 100.5);
        add(MORE, "Kafka 4.3.1", 100);
        assertThat(ComparisonReport.verdict(report().lines().getFirst())).isEmpty();
    }

    @Test
    void oneSideAloneHasNoRatio() {
        add(MORE, "Ottla", 1.5);
        assertThat(new ComparisonReport(figures, List.of("Ottla"), Map.of()).text())
                .containsExactly("                   Ottla", "1kb: produce MB/s   1.50");
    }

    @Test
    void thePageNeedsNoNetworkAndTakesTextAsText() {
        add(MORE, "Ottla", 150);
        add(MORE, "Kafka 4.3.1", 100);
        figures.failed("tls", "Ottla", "<no> listener");
        String page = report().html();
        assertThat(page).doesNotContainIgnoringCase("http:").doesNotContainIgnoringCase("https:");
        assertThat(page).doesNotContain("src=").doesNotContain("href=").doesNotContain("url(");
        assertThat(page).contains("&lt;JDK&gt;", "25 &amp; more", "&lt;no&gt; listener", "1.50");
    }

    @Test
    void programsGetEachTurn() {
        add(MORE, "Ottla", 1, 3);
        add(MORE, "Kafka 4.3.1", 2);
        Map<?, ?> figure = (Map<?, ?>) ((List<?>) report().toMap().get("figures")).getFirst();
        assertThat(figure.get("Ottla")).isEqualTo(Map.of("median", 2.0, "turns", List.of(1.0, 3.0)));
        assertThat(figure.get("ratio")).isEqualTo(1.0);
    }

    @Test
    void numbersHaveThreeDigitsThatCount() {
        assertThat(List.of(0.0, 0.0421, 1.234, 12.34, 1234.5).stream().map(Numbers::text))
                .containsExactly("0", "0.042", "1.23", "12.3", "1,235");
    }
}
