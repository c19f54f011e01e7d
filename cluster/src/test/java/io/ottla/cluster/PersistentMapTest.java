package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The persistent map does what a TreeMap does, keeps its old selves, and stays flat. */
class PersistentMapTest {

    @Test
    void behavesAsASortedMapUnderRandomChanges() {
        SeededRandom random = new SeededRandom(7);
        PersistentMap<Integer, Integer> map = PersistentMap.empty();
        TreeMap<Integer, Integer> model = new TreeMap<>();
        for (int i = 0; i < 20_000; i++) {
            int key = random.nextInt(600);
            if (random.chance(0.5)) {
                map = map.put(key, i);
                model.put(key, i);
            } else {
                map = map.remove(key);
                model.remove(key);
            }
            assertThat(map.size()).isEqualTo(model.size());
            assertThat(map.get(key)).isEqualTo(java.util.Optional.ofNullable(model.get(key)));
            if (i % 500 == 0) {
                assertThat(keysFrom(map, 300))
                        .isEqualTo(List.copyOf(model.tailMap(300).keySet()));
                assertThat(keysFrom(map, -1)).isEqualTo(List.copyOf(model.keySet()));
                assertThat(map.height()).isLessThanOrEqualTo(20);
            }
        }
    }

    @Test
    void ascendingInsertionKeepsItFlat() {
        PersistentMap<Integer, String> map = PersistentMap.empty();
        for (int i = 0; i < 10_000; i++) map = map.put(i, "");
        assertThat(map.height()).isLessThanOrEqualTo(24);
        for (int i = 0; i < 9_990; i++) map = map.remove(i);
        assertThat(map.height()).isLessThanOrEqualTo(5);
        assertThat(map.first().orElseThrow().getKey()).isEqualTo(9_990);
    }

    @Test
    void anOldMapDoesNotSeeLaterChanges() {
        PersistentMap<String, Integer> one =
                PersistentMap.<String, Integer>empty().put("a", 1);
        PersistentMap<String, Integer> two = one.put("b", 2).remove("a");
        assertThat(one.toString()).isEqualTo("{a=1}");
        assertThat(two.toString()).isEqualTo("{b=2}");
        assertThat(two.remove("absent")).isSameAs(two);
    }

    private static List<Integer> keysFrom(PersistentMap<Integer, Integer> map, int first) {
        List<Integer> keys = new ArrayList<>();
        map.forEachFrom(first, (key, value) -> keys.add(key));
        return keys;
    }
}
