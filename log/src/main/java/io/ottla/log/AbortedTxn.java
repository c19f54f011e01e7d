package io.ottla.log;

/** An aborted transaction, as the transaction index has it. Offsets are those of its first record and of its marker. */
public record AbortedTxn(long producerId, long firstOffset, long lastOffset, long lastStableOffset) {}
