package io.ottla.partition;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.log.EpochEnd;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The scenarios of KIP-101 and KIP-279. */
class DivergenceTest {

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "the leader has less of my epoch,                      4, 10,  4, 15,  15,  10",
        "the leader has all of my epoch and more of it,        4, 20,  4, 15,  15,  15",
        "my epoch ended here before the leader's did,          4, 20,  4, 12,  15,  12",
        "my epoch is unknown there: the one before ended,      3, 10,  3,  8,  15,   8",
        "both knew the one before; the leader has less of it,  3,  6,  3,  8,  15,   6",
        "what the leader names is unknown here too,            3, 12,  2,  7,  15,   7",
        "no epoch is known here,                               3, 12, -1, -1,  15,  12",
        "no epoch is known here and the leader has more,       3, 30, -1, -1,  15,  15",
    })
    void cutsWhatTheLeaderDoesNotHave(
            String what, int leadersEpoch, long leadersEnd, int ownEpoch, long ownEnd, long end, long cutAt) {
        assertThat(Divergence.truncationOffset(
                        new EpochEnd(leadersEpoch, leadersEnd), new EpochEnd(ownEpoch, ownEnd), end))
                .as(what)
                .isEqualTo(cutAt);
    }
}
