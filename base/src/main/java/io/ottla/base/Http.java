package io.ottla.base;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Questions that come over HTTP, for operators: few, small, and answered whole. GET, HEAD (as GET, without
 * what is found) and POST are understood; OPTIONS says so. */
public interface Http {

    /**
     * @param host empty for all addresses
     * @param port 0 for any free one
     * @throws IOException if the address cannot be bound, with a sentence for people
     */
    Network.Listening listen(String host, int port, Desk desk) throws IOException;

    /** Who answers. */
    @FunctionalInterface
    interface Desk {
        /** On the loop; {@code answer} is to be called once, there or later. One that takes too long is given up. */
        void asked(Question question, Consumer<Answer> answer);
    }

    /**
     * @param path decoded, from the first slash
     * @param parameters decoded; of several with one name, the first
     * @param authorization the header of that name
     * @param client where it comes from
     * @param body of a POST, as it comes in: to be read on a disk thread, and before the answer. Empty of a GET or HEAD
     */
    record Question(
            String path,
            Map<String, String> parameters,
            Optional<Secret> authorization,
            InetAddress client,
            Optional<InputStream> body) {}

    /** @param headers beside those that say what the content is */
    record Answer(int status, String contentType, Map<String, String> headers, Content content) {
        public Answer(int status, String contentType, Supplier<byte[]> bytes) {
            this(status, contentType, Map.of(), new Content.Bytes(bytes));
        }

        /** A sentence for people. */
        public static Answer text(int status, String text) {
            return new Answer(status, "text/plain; charset=utf-8", () -> text.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Is asked for away from the loop, so it must not look at what may change. */
    sealed interface Content {
        record Bytes(Supplier<byte[]> bytes) implements Content {}

        /** From its first byte to its last; it is released when it has left, or cannot. */
        record File(DiskFile file, long sizeBytes) implements Content {}
    }
}
