package io.ottla.sim;

import io.ottla.base.SeededRandom;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Values that nobody means to send, and that a server gets nevertheless: ends of ranges, names that are none, bytes that are no text. */
final class Odd {
    private static final long[] NUMBERS = {
        0,
        1,
        -1,
        2,
        -2,
        -3,
        -4,
        -5,
        -6,
        -7,
        3,
        7,
        64,
        100,
        127,
        -128,
        255,
        1000,
        32_767,
        -32_768,
        65_535,
        1 << 20,
        Integer.MAX_VALUE - 1,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        Integer.MIN_VALUE + 1,
        1L << 32,
        VirtualClock.EPOCH_MS,
        VirtualClock.EPOCH_MS + 5_000,
        Long.MAX_VALUE / 1_000_000,
        Long.MAX_VALUE / 1000 + 1,
        Long.MAX_VALUE - 1,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        Long.MIN_VALUE + 1
    };

    private static final List<String> TEXTS = List.of(
            "",
            " ",
            ".",
            "..",
            "/",
            "//",
            "/a/",
            "a/b",
            "../../x",
            "%s%n",
            "\u0000",
            "\n",
            "\r\nx: y",
            "ü",
            "\uD83D\uDE00",
            "\"",
            "{}",
            "{\"version\":1}",
            "null",
            "-1",
            "0",
            "1e9",
            "9223372036854775807",
            "-9223372036854775808",
            "9223372036854775808",
            "NaN",
            "true",
            ",",
            ",,",
            "a,a",
            "=",
            "a=b:c",
            "__consumer_offsets",
            "__transaction_state",
            "__share_group_state",
            "<default>",
            "*");

    private Odd() {}

    /** Of any size: who has less room takes the lowest bytes. */
    static long number(SeededRandom random) {
        return random.chance(0.1) ? random.nextLong() : NUMBERS[random.nextInt(NUMBERS.length)];
    }

    static byte[] text(SeededRandom random) {
        return switch (random.nextInt(12)) {
            case 0 -> "n".repeat(249 + random.nextInt(3)).getBytes(StandardCharsets.US_ASCII);
            case 1 -> "l".repeat(random.chance(0.2) ? Short.MAX_VALUE : 1000).getBytes(StandardCharsets.US_ASCII);
            case 2 -> bytes(random, 1 + random.nextInt(20));
            case 3 -> new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}; // half of a pair of surrogates
            default -> TEXTS.get(random.nextInt(TEXTS.size())).getBytes(StandardCharsets.UTF_8);
        };
    }

    static byte[] bytes(SeededRandom random, int count) {
        byte[] bytes = new byte[count];
        for (int i = 0; i < count; i++) bytes[i] = (byte) random.nextInt(256);
        return bytes;
    }

    /** One to three of: a random byte, a flipped bit, an extreme number, a cut, an insertion. The first {@code kept} bytes stay. */
    static byte[] damaged(byte[] sound, int kept, SeededRandom random) {
        byte[] bytes = sound.clone();
        for (int hits = 1 + random.nextInt(3); hits > 0 && bytes.length > kept; hits--) {
            int at = kept + random.nextInt(bytes.length - kept);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes[at] = (byte) (random.chance(0.5) ? 0xFF : 0x7F);
                case 3 -> {
                    long number = number(random);
                    for (int i = 0, width = 1 << random.nextInt(4); i < width && at + i < bytes.length; i++)
                        bytes[at + i] = (byte) (number >>> (8 * (width - 1 - i)));
                }
                case 4 -> bytes = java.util.Arrays.copyOf(bytes, at);
                default -> {
                    byte[] inserted = bytes(random, 1 + random.nextInt(5));
                    byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + inserted.length);
                    System.arraycopy(bytes, at, longer, at + inserted.length, bytes.length - at);
                    System.arraycopy(inserted, 0, longer, at, inserted.length);
                    bytes = longer;
                }
            }
        }
        return bytes;
    }
}
