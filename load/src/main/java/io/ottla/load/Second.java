package io.ottla.load;

/**
 * One second of a load (the last may be shorter).
 *
 * @param endS when it ended, seconds since the load began
 * @param recordsPerS records a second
 * @param bytesPerS bytes of keys and values a second
 * @param errors records that failed in it
 * @param latencyMs what was measured in it; zeros if nothing was
 */
public record Second(double endS, double recordsPerS, double bytesPerS, long errors, Percentiles latencyMs) {}
