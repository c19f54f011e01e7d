package io.ottla.cli;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/** Bytes in JSON: as text where they are UTF-8, and else in hexadecimal digits, so that nothing is lost. */
final class Utf8OrHex {
    private Utf8OrHex() {}

    /** Under the name; what is not UTF-8 under the name with {@code Hex} behind it, and what is not there as null. */
    static void put(Map<String, Object> object, String name, Optional<ByteBuffer> bytes) {
        Optional<String> text = bytes.flatMap(Utf8OrHex::text);
        if (bytes.isPresent() && text.isEmpty()) object.put(name + "Hex", hex(bytes.get()));
        else object.put(name, text.orElse(null));
    }

    /** Empty if they are not UTF-8. */
    static Optional<String> text(ByteBuffer bytes) {
        try {
            return Optional.of(StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(bytes.duplicate())
                    .toString());
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    static String hex(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        return HexFormat.of().formatHex(copy);
    }
}
