package io.ottla.broker;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;

/**
 * Message sets of magic 0 and 1, as clients before 0.11 send them: {@code offset i64, size i32, crc u32, magic i8,
 * attributes i8, [timestamp i64], key, value}.
 */
final class OldMessages {
    private static final int PREFIX_BYTES = 12;

    private OldMessages() {}

    static ByteBuffer of(byte magic, String... values) {
        ByteBuffer set = ByteBuffer.allocate(10_000);
        for (int i = 0; i < values.length; i++) {
            byte[] value = values[i].getBytes(StandardCharsets.UTF_8);
            int start = set.position();
            set.putLong(i).putInt(0).putInt(0).put(magic).put((byte) 0);
            if (magic == 1) set.putLong(1_699_999_999_000L);
            set.putInt(value.length).put(value).putInt(value.length).put(value);
            int end = set.position();
            set.putInt(start + 8, end - start - PREFIX_BYTES);
            CRC32 crc = new CRC32();
            crc.update(set.duplicate().limit(end).position(start + PREFIX_BYTES + 4));
            set.putInt(start + PREFIX_BYTES, (int) crc.getValue());
        }
        return set.flip();
    }
}
