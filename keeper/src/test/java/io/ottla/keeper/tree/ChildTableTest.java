package io.ottla.keeper.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.SeededRandom;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Children by name, also while a large table moves to its next array. */
class ChildTableTest {
    private static final int LARGE = 3 * ChildTable.SLOTS_AT_ONCE_MAX;

    private final Znode parent = node("parent");
    private final ChildTable table = new ChildTable(new ChildTable.Hash(7));
    private final Map<String, Object> model = new LinkedHashMap<>();

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Znode node(String name) {
        byte[] text = bytes(name);
        return new Znode(text, 0, text.length, -1, 1, 1, 1, 1, 0, text, 0, text.length);
    }

    private void add(String name) {
        Znode node = node(name);
        Object child = model.size() % 5 == 0 ? node : node.content();
        assertThat(table.add(child)).isEqualTo(model.putIfAbsent(name, child) == null);
    }

    private void remove(String name) {
        table.remove(model.remove(name));
    }

    private Znode find(String name) {
        byte[] text = bytes(name);
        Object slot = table.find(text, 0, text.length);
        return slot == null ? null : parent.child(slot);
    }

    private void isAsTheModel() {
        assertThat(table.size()).isEqualTo(model.size());
        assertThat(table.toArray()).containsExactlyInAnyOrder(model.values().toArray());
        for (String name : model.keySet()) assertThat(find(name).name()).isEqualTo(name);
        assertThat(find("absent")).isNull();
    }

    @Test
    void aLargeTableMovesALittleWithEachChangeAndHasAllOfItMeanwhile() {
        for (int i = 0; table.isMoving() || i < LARGE; i++) add("child" + i);
        int changes = 0;
        while (!table.isMoving()) add("more" + model.size());
        isAsTheModel();
        for (; table.isMoving(); changes++) {
            add("while" + changes);
            assertThat(table.add(model.get("child" + changes)))
                    .as("one that may have moved or not")
                    .isFalse();
            if (changes % 50 == 0) isAsTheModel();
        }
        assertThat(changes).isBetween(100, 16_384 / 32);
        isAsTheModel();
    }

    @Test
    void childrenAreRemovedAndReplacedWhereverTheyAre() {
        while (model.size() < LARGE || !table.isMoving()) add("child" + model.size());
        int at = 0;
        for (String name : List.copyOf(model.keySet())) {
            if (!table.isMoving()) break;
            if (at++ % 3 == 0) {
                remove(name);
            } else {
                Object other = node(name);
                table.replace(model.put(name, other), other);
            }
        }
        assertThat(table.isMoving()).isFalse();
        isAsTheModel();
    }

    @Test
    void aTableThatEmptiesShrinksInTheSameWay() {
        for (int i = 0; i < 4 * LARGE; i++) add("child" + i);
        boolean moved = false;
        for (String name : List.copyOf(model.keySet())) {
            remove(name);
            if (table.isMoving() && !moved && model.size() < LARGE) {
                moved = true;
                isAsTheModel();
            }
        }
        assertThat(moved).isTrue();
        assertThat(table.isMoving()).isFalse();
        isAsTheModel();
    }

    @Test
    void randomChangesLeaveWhatTheModelHas() {
        for (int seed = 0; seed < 5; seed++) {
            SeededRandom random = new SeededRandom(seed);
            List<String> names = new ArrayList<>(model.keySet());
            for (int i = 0; i < 60_000; i++) {
                boolean grows = i / 15_000 % 2 == 0;
                if (names.isEmpty() || random.chance(grows ? 0.9 : 0.15)) {
                    String name = "n" + seed + "-" + i;
                    add(name);
                    names.add(name);
                } else {
                    String last = names.removeLast();
                    int index = random.nextInt(names.size() + 1);
                    remove(index == names.size() ? last : names.set(index, last));
                }
            }
            isAsTheModel();
        }
    }

    @Test
    void whatIsNotThereCannotBeRemoved() {
        add("here");
        assertThatThrownBy(() -> table.remove(node("here"))).hasMessageContaining("view of a node");
        while (!table.isMoving()) add("child" + model.size());
        assertThatThrownBy(() -> table.remove(node("here"))).hasMessageContaining("view of a node");
    }
}
