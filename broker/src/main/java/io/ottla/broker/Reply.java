package io.ottla.broker;

import org.apache.kafka.common.protocol.ApiMessage;

/** The way back of one request. Exactly one of its methods is called, once, on the loop, within the handler or later. */
public interface Reply<R extends ApiMessage> {

    /** Sends the response, after those of earlier requests of the connection. */
    void send(R response);

    /** The client wants no response (produce with acks=0). */
    void none();

    /** Closes the connection, as Kafka does where no response can say what was wrong. {@code why} goes to the log. */
    void close(String why);
}
