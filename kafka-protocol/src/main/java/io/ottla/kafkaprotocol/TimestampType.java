package io.ottla.kafkaprotocol;

/** Who set the timestamps of a batch (KIP-32). */
public enum TimestampType {
    /** The batch is of magic 0 and has none. */
    NONE,
    CREATE_TIME,
    LOG_APPEND_TIME
}
