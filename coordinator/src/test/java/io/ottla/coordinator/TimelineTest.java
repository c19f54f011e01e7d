package io.ottla.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.SeededRandom;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimelineTest {
    private final Timeline timeline = new Timeline();
    private final TimelineMap<String, Integer> map = new TimelineMap<>(timeline);

    private Map<String, Integer> latest() {
        Map<String, Integer> seen = new HashMap<>();
        map.forEach(seen::put);
        return seen;
    }

    private Map<String, Integer> committed() {
        Map<String, Integer> seen = new HashMap<>();
        map.forEachCommitted(seen::put);
        return seen;
    }

    @Test
    void whatIsLoadedIsCommittedAtOnce() {
        map.put("a", 1);
        map.remove("a");
        map.put("b", 2);
        assertThat(committed()).isEqualTo(latest()).isEqualTo(Map.of("b", 2));
        assertThat(timeline.uncommittedChanges()).isZero();
    }

    @Test
    void readsSeeACreationOnceItIsCommittedAndADeletionTheSame() {
        timeline.record();
        long created = timeline.nextMark();
        map.put("a", 1);
        assertThat(map.get("a")).contains(1);
        assertThat(map.committed("a")).isEmpty();
        timeline.commit(created);
        assertThat(map.committed("a")).contains(1);

        long deleted = timeline.nextMark();
        map.remove("a");
        assertThat(map.get("a")).isEmpty();
        assertThat(map.committed("a")).contains(1);
        assertThat(map.isVoid()).isFalse();
        timeline.commit(deleted);
        assertThat(map.committed("a")).isEmpty();
        assertThat(map.isVoid()).isTrue();
    }

    @Test
    void rollbackTakesBackTheLatestFirst() {
        timeline.record();
        timeline.commit(timeline.nextMark());
        timeline.nextMark();
        map.put("a", 1);
        long second = timeline.nextMark();
        map.put("a", 2);
        map.remove("a");
        map.put("b", 3);
        timeline.rollback(second);
        assertThat(latest()).isEqualTo(Map.of("a", 1));
        assertThat(committed()).isEmpty();
    }

    /** Against copies of the whole map, taken at every mark. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void agreesWithSnapshots(long seed) {
        SeededRandom random = new SeededRandom(seed);
        timeline.record();
        Map<String, Integer> model = new HashMap<>();
        Map<String, Integer> modelCommitted = new HashMap<>();
        ArrayDeque<Map.Entry<Long, Map<String, Integer>>> before = new ArrayDeque<>();
        for (int i = 0; i < 3000; i++) {
            switch (random.nextInt(10)) {
                case 0 -> {
                    if (before.isEmpty()) break;
                    before.removeFirst();
                    modelCommitted = new HashMap<>(
                            before.isEmpty() ? model : before.peekFirst().getValue());
                    timeline.commit(
                            before.isEmpty()
                                    ? Long.MAX_VALUE
                                    : before.peekFirst().getKey() - 1);
                }
                case 1 -> {
                    if (before.isEmpty()) break;
                    int keep = random.nextInt(before.size());
                    while (before.size() > keep + 1) before.removeLast();
                    Map.Entry<Long, Map<String, Integer>> to = before.removeLast();
                    model = new HashMap<>(to.getValue());
                    timeline.rollback(to.getKey());
                }
                default -> {
                    before.addLast(Map.entry(timeline.nextMark(), new HashMap<>(model)));
                    for (int j = random.nextInt(3); j >= 0; j--) {
                        String key = "k" + random.nextInt(6);
                        if (random.chance(0.4)) {
                            map.remove(key);
                            model.remove(key);
                        } else {
                            map.put(key, i);
                            model.put(key, i);
                        }
                    }
                }
            }
            assertThat(latest()).isEqualTo(model);
            assertThat(committed()).isEqualTo(modelCommitted);
            for (int k = 0; k < 6; k++)
                assertThat(map.committed("k" + k)).isEqualTo(Optional.ofNullable(modelCommitted.get("k" + k)));
        }
    }
}
