package io.ottla.broker;

import org.apache.kafka.common.protocol.ApiMessage;

/** The way back of one request. Exactly one of its methods is called, once, on the loop, within the handler or later. */
public interface Reply<R extends ApiMessage> {

    /** Sends the response, after those of earlier requests of the connection. */
    void send(R response);

    /**
     * As {@link #send(ApiMessage)}, of a response that takes memory which its handler keeps account of.
     *
     * @param left runs once, when all of it has left or the connection is gone; perhaps within this call
     */
    default void send(R response, Runnable left) {
        send(response);
        left.run();
    }

    /** The client wants no response (produce with acks=0). */
    void none();

    /** Closes the connection, as Kafka does where no response can say what was wrong. {@code why} goes to the log. */
    void close(String why);
}
