package io.ottla.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;

/** What a load's reader sees: text, a page, JSON. */
class ReportTest {
    private static final long MS = 1_000_000;
    private static final long S = 1000 * MS;

    private static LoadResult result(Optional<String> error) {
        LoadPlan plan = new LoadPlan(LoadPlan.Kind.PRODUCE, "t<&>", 3, 0, 1000, 0, 10, 0, 0, 1, 0, "");
        Track track = new Track("produce", "send to acknowledgement");
        track.begin(0);
        for (int second = 0; second < 3; second++) {
            for (int i = 0; i < 100; i++) track.latency((i == 99 ? 30 : 3) * MS);
            track.moved(100, 100_000, (second + 1) * S);
            track.sample((second + 1) * S);
        }
        return new LoadResult(plan, plan.toMap(), List.of(track.result()), error, false);
    }

    @Test
    void peopleReadThroughputPercentilesAndAHistogram() {
        assertThat(TextReport.lines(result(Optional.empty())))
                .containsExactly(
                        "produce: 300 records, 0.3 MB in 3.00 s: 100 records/s, 0.10 MB/s",
                        "latency in ms (send to acknowledgement)",
                        "      mean       p50       p90       p99     p99.9    p99.99       max",
                        "     3.271     3.001     3.001     3.001    30.015    30.015    30.015",
                        "        2 – 5 ms      ########################################  99.00 %  297",
                        "        5 – 10 ms                                                0.00 %  0",
                        "       10 – 20 ms                                                0.00 %  0",
                        "       20 – 50 ms     #                                          1.00 %  3");
    }

    @Test
    void aFailureIsNamed() {
        assertThat(TextReport.lines(result(Optional.of("no leader"))).getLast())
                .isEqualTo("The first failure: no leader");
    }

    @Test
    void thePageNeedsNoNetwork() {
        String page = LoadHtml.page(result(Optional.empty()), "today");
        assertSelfContained(page);
        assertThat(page).contains("Throughput over time", "Latency percentiles over time", "Percentile distribution");
    }

    static void assertSelfContained(String page) {
        assertThat(page).doesNotContainIgnoringCase("http:").doesNotContainIgnoringCase("https:");
        assertThat(page)
                .doesNotContain("src=")
                .doesNotContain("href=")
                .doesNotContain("@import")
                .doesNotContain("url(");
    }

    @Test
    void whatUsersWroteIsTextOnThePage() {
        assertThat(LoadHtml.page(result(Optional.of("<script>")), "today"))
                .contains("t&lt;&amp;&gt;", "&lt;script&gt;")
                .doesNotContain("t<&>", "<script>");
    }

    @Test
    void everyChartIsWellFormed() throws Exception {
        String page = LoadHtml.page(result(Optional.empty()), "today");
        int charts = 0;
        for (int from = page.indexOf("<svg"); from >= 0; from = page.indexOf("<svg", from + 1), charts++) {
            String svg = page.substring(from, page.indexOf("</svg>", from) + 6);
            var document = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)));
            assertThat(document.getElementsByTagName("path").getLength()).isPositive();
            assertThat(svg).doesNotContain("NaN").doesNotContain("Infinity");
        }
        assertThat(charts).isEqualTo(3);
    }

    @Test
    void anEmptyChartIsDrawn() {
        assertThat(new Chart("t", "x", "y", true, List.of(), List.of(new Chart.Line("a", List.of()))).svg())
                .doesNotContain("NaN")
                .doesNotContain("Infinity");
    }

    @Test
    void axesEndAtRoundNumbers() {
        assertThat(List.of(0.0, 0.7, 1.0, 1.1, 2.2, 3.0, 7.0, 480.0).stream().map(Chart::roundUp))
                .containsExactly(1.0, 1.0, 1.0, 2.0, 2.5, 5.0, 10.0, 500.0);
        assertThat(List.of(0.0, 0.0042, 0.5, 1.25, 20.0, 1234.4).stream().map(Chart::number))
                .containsExactly("0", "0.004", "0.5", "1.25", "20", "1,234");
    }

    @Test
    void theDistributionIsDrawnByNines() {
        assertThat(List.of(0.0, 90.0, 99.0, 100.0).stream().map(p -> Math.round(LoadHtml.nines(p) * 1000) / 1000.0))
                .containsExactly(0.0, 1.0, 2.0, 6.0);
    }

    @Test
    void programsReadRoundedNumbersByName() {
        Map<String, Object> map = result(Optional.empty()).toMap();
        assertThat(map)
                .containsEntry("load", "produce")
                .containsEntry("interrupted", false)
                .doesNotContainKey("firstError");
        Map<?, ?> track = (Map<?, ?>) ((List<?>) map.get("tracks")).getFirst();
        assertThat(track.get("recordsPerS")).isEqualTo(100.0);
        assertThat(((Map<?, ?>) track.get("latencyMs")).get("p99")).isEqualTo(3.001);
        assertThat((List<?>) track.get("intervals")).hasSize(3);
    }
}
