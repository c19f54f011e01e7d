package io.ottla.base;

/** So many log lines in a period of time; those above it are counted and told with the next that may be written. */
public final class LineBudget {
    private final int linesPerPeriod;
    private final long periodMs;
    private long periodStartMs;
    private int lines;
    private long suppressed;

    public LineBudget(int linesPerPeriod, long periodMs) {
        this.linesPerPeriod = linesPerPeriod;
        this.periodMs = periodMs;
    }

    /** How many lines were held back since the last one; −1 if this one is to be held back too. */
    public long take(long nowMs) {
        if (nowMs - periodStartMs >= periodMs || nowMs < periodStartMs) {
            periodStartMs = nowMs;
            lines = 0;
        }
        if (lines >= linesPerPeriod) {
            suppressed++;
            return -1;
        }
        lines++;
        long told = suppressed;
        suppressed = 0;
        return told;
    }
}
