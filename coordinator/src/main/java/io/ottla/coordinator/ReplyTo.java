package io.ottla.coordinator;

/** The way back of one request. A core keeps it and names it in an effect; only the host calls it, once. */
@FunctionalInterface
public interface ReplyTo<R> {
    void send(R response);
}
