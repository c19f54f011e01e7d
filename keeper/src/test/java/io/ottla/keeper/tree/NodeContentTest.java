package io.ottla.keeper.tree;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.SeededRandom;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NodeContentTest {
    private static final long[] LONGS = {
        0, 1, -1, 63, 64, -64, -65, 127, 128, 1_700_000_000_000L, 0x7_00000001L, Long.MAX_VALUE, Long.MIN_VALUE
    };

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void whatIsEncodedIsDecoded() {
        SeededRandom random = new SeededRandom(3);
        String[] names = {"", "a", "ü", "x".repeat(127), "x".repeat(128), "x".repeat(20_000)};
        int[] ints = {0, 1, -1, 77, Integer.MAX_VALUE, Integer.MIN_VALUE};
        for (int i = 0; i < 20_000; i++) {
            byte[] name = bytes(names[random.nextInt(names.length)]);
            int aclId = new int[] {-1, 0, 1, 200, Integer.MAX_VALUE - 1}[random.nextInt(5)];
            long czxid = LONGS[random.nextInt(LONGS.length)];
            long mzxid = LONGS[random.nextInt(LONGS.length)];
            long ctimeMs = LONGS[random.nextInt(LONGS.length)];
            long mtimeMs = LONGS[random.nextInt(LONGS.length)];
            int version = ints[random.nextInt(ints.length)];
            byte[] data = random.chance(0.2) ? null : new byte[random.nextInt(300)];
            Znode node = new Znode(
                    name,
                    0,
                    name.length,
                    aclId,
                    czxid,
                    mzxid,
                    ctimeMs,
                    mtimeMs,
                    version,
                    data,
                    0,
                    data == null ? 0 : data.length);
            NodeContent is = node.fields();
            assertThat(node.name()).isEqualTo(new String(name, StandardCharsets.UTF_8));
            assertThat(is.aclId).isEqualTo(aclId);
            assertThat(is.czxid).isEqualTo(czxid);
            assertThat(is.mzxid).isEqualTo(mzxid);
            assertThat(is.ctimeMs).isEqualTo(ctimeMs);
            assertThat(is.mtimeMs).isEqualTo(mtimeMs);
            assertThat(is.version).isEqualTo(version);
            assertThat(node.data()).isEqualTo(data);
            node.mark((byte) 126);
            node.aclId(aclId / 2);
            assertThat(node.mark()).isEqualTo((byte) 126);
            assertThat(node.aclId()).isEqualTo(aclId / 2);
            assertThat(node.mtimeMs()).isEqualTo(mtimeMs);
            assertThat(node.data()).isEqualTo(data);
        }
    }

    @Test
    void aPlainNodeStandsAsItsContentUntilItNeedsMore() {
        ChildTable.Hash hashes = new ChildTable.Hash(5);
        Znode root = new Znode(new byte[0], null, -1, 0, 0);
        root.add(new Znode(bytes("a"), new byte[] {1}, -1, 1, 1), hashes);
        Znode view = root.child(bytes("a"), 0, 1);
        assertThat(view.slot()).isInstanceOf(byte[].class);
        view.write(new byte[] {2}, 2, 2, 1);
        Znode other = root.child(bytes("a"), 0, 1);
        assertThat(other).isNotSameAs(view);
        assertThat(other.data()).containsExactly(2);
        other.add(new Znode(bytes("b"), null, -1, 3, 3), hashes);
        assertThat(root.child(bytes("a"), 0, 1)).isSameAs(other);
        assertThat(other.child(bytes("b"), 0, 1).path()).isEqualTo("/a/b");
        // the first view is of a node that was changed through the other
        assertThatThrownBy(() -> view.write(null, 4, 4, 2)).hasMessageContaining("view");
    }

    @Test
    void childrenComeChangeAndGo() {
        for (int most : new int[] {1, 2, 300, 3000}) childrenComeChangeAndGo(most);
    }

    /** @param most so many names there are */
    private static void childrenComeChangeAndGo(int most) {
        SeededRandom random = new SeededRandom(8);
        ChildTable.Hash hashes = new ChildTable.Hash(random.nextLong());
        Znode parent = new Znode(new byte[0], null, -1, 0, 0);
        Map<String, Integer> model = new HashMap<>();
        for (int i = 0; i < 100_000; i++) {
            String name = "n" + random.nextInt(most);
            byte[] path = bytes("/" + name);
            Znode child = parent.child(path, 1, path.length);
            assertThat(child != null).isEqualTo(model.containsKey(name));
            Znode fresh = new Znode(bytes(name), null, -1, 1, 1);
            if (child == null) {
                assertThat(parent.add(fresh, hashes)).isTrue();
                model.put(name, 0);
            } else if (random.chance(0.3)) {
                child.write(new byte[i % 50], i, i, i);
                model.put(name, i);
            } else if (random.chance(0.1)) {
                child.aversion(i);
                assertThat(parent.add(fresh, hashes))
                        .as("there is one of that name")
                        .isFalse();
            } else {
                assertThat(child.version()).isEqualTo(model.remove(name));
                parent.remove(child);
            }
            assertThat(parent.numChildren()).isEqualTo(model.size());
        }
        assertThat(parent.childNames()).containsExactlyInAnyOrderElementsOf(model.keySet());
        for (Znode each : parent.childNodes()) assertThat(model).containsEntry(each.name(), each.version());
    }
}
