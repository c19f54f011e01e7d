package io.ottla.kafkaprotocol;

/** Why one record of a batch was refused (KIP-467); {@code batchIndex} is its place in the batch, from 0. */
public record RecordError(int batchIndex, String message) {}
