package io.ottla.base;

import java.io.IOException;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Questions that come over HTTP, for operators: few, small, and answered whole. Only GET is understood. */
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
     */
    record Question(String path, Map<String, String> parameters) {}

    /** @param body is asked for away from the loop, so it must not look at what may change */
    record Answer(int status, String contentType, Supplier<byte[]> body) {}
}
