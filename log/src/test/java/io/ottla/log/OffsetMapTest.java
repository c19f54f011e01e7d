package io.ottla.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.SeededRandom;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The map knows the last offset of every key, takes memory for keys and for nothing else, and says when it is full. */
class OffsetMapTest {

    private static void show(OffsetMap map, String key) {
        ByteBuffer bytes = ByteBuffer.wrap(key.getBytes(StandardCharsets.UTF_8));
        int half = bytes.remaining() / 2;
        map.key(bytes, 0, half);
        map.key(bytes.asReadOnlyBuffer(), half, bytes.remaining() - half);
    }

    @Test
    void knowsTheLastOffsetOfEachKey() {
        OffsetMap map = new OffsetMap(1 << 20);
        Map<String, Long> last = new HashMap<>();
        SeededRandom random = new SeededRandom(1);
        for (long offset = 0; offset < 60_000; offset++) {
            String key = random.chance(0.01) ? "" : "k" + random.nextInt(20_000);
            show(map, key);
            assertThat(map.put(offset)).isTrue();
            last.put(key, offset);
        }
        assertThat(map.size()).isEqualTo(last.size());
        last.forEach((key, offset) -> {
            show(map, key);
            assertThat(map.get()).isEqualTo(offset);
        });
        show(map, "not there");
        assertThat(map.get()).isEqualTo(-1);
        show(map, "k1");
        map.pass();
        show(map, "k2");
        assertThat(map.get()).isEqualTo(last.get("k2"));
        assertThat(map.latestOffset()).isEqualTo(59_999);
    }

    @Test
    void takesMemoryForKeysNotForRecords() {
        OffsetMap map = new OffsetMap(128 << 20);
        for (long offset = 0; offset < 1_000_000; offset++) {
            show(map, "k" + offset % 100);
            assertThat(map.put(offset)).isTrue();
        }
        assertThat(map.bytes()).isLessThan(64 << 10);
    }

    @Test
    void isFullWithinItsBoundAndGoesOnWithTheKeysThatItHas() {
        int bytesMax = 1 << 20;
        OffsetMap map = new OffsetMap(bytesMax);
        long offset = 0;
        for (; ; offset++) {
            show(map, "k" + offset);
            if (!map.put(offset)) break;
            assertThat(map.bytes()).isLessThanOrEqualTo(bytesMax);
        }
        assertThat(map.size()).isEqualTo((int) offset);
        assertThat((long) map.size() * OffsetMap.ENTRY_BYTES).isGreaterThan(bytesMax * 7 / 10);
        show(map, "k0");
        assertThat(map.put(offset)).isTrue();
        show(map, "k0");
        assertThat(map.get()).isEqualTo(offset);
    }
}
