package io.ottla.kafkaprotocol;

import io.ottla.base.Network.Payload;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;

/** What a connection would send. */
final class Payloads {
    private Payloads() {}

    static ByteBuffer join(List<Payload> parts) {
        ByteBuffer joined =
                ByteBuffer.allocate(parts.stream().mapToInt(Payload::sizeBytes).sum());
        for (Payload part : parts)
            switch (part) {
                case Payload.Bytes(ByteBuffer buffer) -> joined.put(buffer.duplicate());
                case Payload.FileRange range -> {
                    try {
                        ByteBuffer bytes = ByteBuffer.allocate(range.length());
                        range.file().read(range.position(), bytes);
                        joined.put(bytes.flip());
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            }
        return joined.flip();
    }
}
