package io.ottla.log;

/**
 * Where a leader epoch ended, or the largest one below it that the log knows (KIP-101, KIP-279).
 *
 * @param epoch −1 if the log cannot say
 * @param endOffset the first offset after it; −1 if the log cannot say
 */
public record EpochEnd(int epoch, long endOffset) {
    public static final EpochEnd UNKNOWN = new EpochEnd(-1, -1);
}
