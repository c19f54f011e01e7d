package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.cluster.Registration.EpochsFound;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The data of {@code /ottla/brokers/ID}. */
class RegistrationTest {
    private static final TopicId INCARNATION = TopicId.parse("vGc-VJG3TUWhRIUH1KY5cA");
    private static final TopicId ONE = TopicId.parse("b5Vs8jqMSYi_B8Q6XY6yRw");
    private static final TopicId TWO = TopicId.parse("ybWuEGaYQLulb6JpokIOoQ");

    private static final String WHOLE = """
            {"version":1,"timestamp":"1700000001000","incarnation":"vGc-VJG3TUWhRIUH1KY5cA",\
            "directories":["b5Vs8jqMSYi_B8Q6XY6yRw","ybWuEGaYQLulb6JpokIOoQ"],"clean":false,\
            "features":{"f":2},"record_versions":{"group":1},\
            "epochs_found":{"a-b-0":5,"t-12":0},"epochs_found_elsewhere":7}""";

    private static Registration decode(String text) throws MalformedZnodeException {
        return Registration.decode("/ottla/brokers/1", 4, text.getBytes(StandardCharsets.UTF_8));
    }

    private static String encoded(Registration registration) {
        return new String(registration.encode(), StandardCharsets.UTF_8);
    }

    @Test
    void whatIsWrittenIsRead() throws MalformedZnodeException {
        Registration expected = new Registration(
                4,
                1_700_000_001_000L,
                INCARNATION,
                List.of(ONE, TWO),
                false,
                Map.of("f", 2),
                Map.of("group", 1),
                new EpochsFound(Map.of(new TopicPartition("a-b", 0), 5, new TopicPartition("t", 12), 0), 7),
                Map.of());
        assertThat(decode(WHOLE)).isEqualTo(expected);
        assertThat(encoded(decode(WHOLE))).isEqualTo(WHOLE);
    }

    @Test
    void whatALaterVersionAddsStaysWhenAnotherWritesTheZnode() throws MalformedZnodeException {
        String later = WHOLE.substring(0, WHOLE.length() - 1) + ",\"stopping\":{\"since\":\"5\"}}";
        assertThat(encoded(decode(later).asClean())).isEqualTo(later.replace("\"clean\":false", "\"clean\":true"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"clean\":false    | \"clean\":1                | field 'clean' must be true or false, not '1'",
                "\"1700000001000\"  | \"soon\"                   | field 'timestamp' must be milliseconds as text",
                "vGc-VJG3TUWhRIUH1KY5cA | short                 | field 'incarnation' must be 22 characters",
                "\"a-b-0\":5        | \"a-b-x\":5                | an object with TOPIC-PARTITION as keys",
                "\"a-b-0\":5        | \"a-b-0\":\"x\"            | field 'epochs_found' must be an object of 32-bit numbers",
                "\"version\":1      | \"version\":0             | field 'version' must be 1 or more",
            })
    void whatMakesNoSenseIsAnErrorThatNamesTheField(String right, String wrong, String why) {
        assertThatThrownBy(() -> decode(WHOLE.replace(right, wrong)))
                .isInstanceOf(MalformedZnodeException.class)
                .hasMessageStartingWith("znode /ottla/brokers/1: ")
                .hasMessageContaining(why);
    }

    @Test
    void oneDirectoryInCommonMakesThemOneBroker() throws MalformedZnodeException {
        assertThat(decode(WHOLE).sharesDirectory(List.of(INCARNATION, TWO))).isTrue();
        assertThat(decode(WHOLE).sharesDirectory(List.of(INCARNATION))).isFalse();
    }

    @Test
    void ofThePartitionsForWhichThereIsNoRoomTheLatestEpochStandsForAll() throws MalformedZnodeException {
        Map<TopicPartition, Integer> found = new HashMap<>();
        for (int number = 0; number < 20_000; number++) found.put(new TopicPartition("t".repeat(200), number), number);
        found.put(new TopicPartition("a", 0), 3);
        found.put(new TopicPartition("z", 0), -1); // a directory without records
        EpochsFound kept = EpochsFound.of(found);
        assertThat(kept.of(new TopicPartition("a", 0))).isEqualTo(3);
        found.forEach((partition, epoch) -> assertThat(kept.of(partition)).isGreaterThanOrEqualTo(epoch));
        Registration registration =
                new Registration(0, 1, INCARNATION, List.of(ONE), true, Map.of(), Map.of(), kept, Map.of());
        assertThat(registration.encode()).hasSizeLessThan(EpochsFound.MAX_BYTES + 1_000);
        assertThat(decode(encoded(registration)).epochsFound()).isEqualTo(kept);
    }

    @Test
    void whereAllHadRoomNothingIsSaidOfOthers() {
        EpochsFound few = EpochsFound.of(Map.of(new TopicPartition("a", 0), 3, new TopicPartition("a", 1), -1));
        assertThat(few).isEqualTo(new EpochsFound(Map.of(new TopicPartition("a", 0), 3), EpochsFound.NONE_FOUND));
        assertThat(few.of(new TopicPartition("a", 1))).isEqualTo(EpochsFound.NONE_FOUND);
    }
}
