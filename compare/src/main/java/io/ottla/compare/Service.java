package io.ottla.compare;

/** What a server is to its clients; Ottla is both. */
public enum Service {
    KAFKA,
    ZOOKEEPER
}
