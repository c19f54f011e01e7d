package io.ottla.compat;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.compat.ZkRequest.Field;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the oracle lets pass, and what it does not. */
class ZkDifferencesTest {
    private static final ZkStep ADD_WATCH =
            sends(ZkRequest.of(ZkRequest.ADD_WATCH, new Field.Text(ZkRequest.ROOT + "//a"), new Field.Number(0)));
    private static final ZkStep SOUND_ADD_WATCH =
            sends(ZkRequest.of(ZkRequest.ADD_WATCH, new Field.Text(ZkRequest.ROOT + "/a"), new Field.Number(0)));

    private final ZkDifferences known = new ZkDifferences(ZkDifferences.ALL);

    private static ZkStep sends(ZkRequest request) {
        return new ZkStep.Send(0, List.of(request));
    }

    private boolean same(ZkStep step, String original, String ours) {
        return known.same(step, List.of(original), List.of(ours));
    }

    @Test
    void whatIsTheSamePasses() {
        assertThat(same(SOUND_ADD_WATCH, "0: exists answered at +3 error 0 ", "0: exists answered at +3 error 0 "))
                .isTrue();
        assertThat(known.met()).isEmpty();
    }

    @Test
    void whatDiffersDoesNot() {
        assertThat(same(ADD_WATCH, "0: exists answered at +3 error 0 ", "0: exists answered at +4 error 0 "))
                .isFalse();
        assertThat(known.same(ADD_WATCH, List.of("0: closed"), List.of())).isFalse();
        assertThat(known.met()).isEmpty();
    }

    @Test
    void whatIsKnownPassesOnlyWhereItWasAsked() {
        String original = "0: addWatch answered at +3 error 0 0";
        String ours = "0: addWatch answered at +3 error -8 ";
        assertThat(same(ADD_WATCH, original, ours)).isTrue();
        assertThat(same(SOUND_ADD_WATCH, original, ours)).isFalse();
        assertThat(known.met()).containsOnlyKeys("watched-path-checked").containsValue(1);
    }
}
