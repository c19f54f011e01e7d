package io.ottla.kafkaschemas;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of versions as message schemas write it: {@code none}, {@code 3}, {@code 0-7} or {@code 3+}.
 *
 * @param low the first version, 0 or more
 * @param high the last; {@link #OPEN} for {@code 3+}; below {@code low} for {@code none}
 */
record VersionRange(int low, int high) {
    static final int OPEN = Short.MAX_VALUE;
    private static final Pattern FORM = Pattern.compile("(\\d{1,5})(\\+|-(\\d{1,5})|)");
    static final VersionRange NONE = new VersionRange(0, -1);

    /** @throws IllegalArgumentException if it is none of the four forms */
    static VersionRange parse(String text) {
        String range = text.trim();
        if (range.equals("none")) return NONE;
        Matcher parts = FORM.matcher(range);
        if (!parts.matches()) throw new IllegalArgumentException("not a range of versions: '" + text + "'");
        int low = Integer.parseInt(parts.group(1));
        if (parts.group(2).isEmpty()) return new VersionRange(low, low);
        VersionRange both = new VersionRange(low, parts.group(3) == null ? OPEN : Integer.parseInt(parts.group(3)));
        if (both.isEmpty()) throw new IllegalArgumentException("a range of versions that is empty: '" + text + "'");
        return both;
    }

    boolean isEmpty() {
        return high < low;
    }

    boolean contains(int version) {
        return low <= version && version <= high;
    }

    VersionRange intersect(VersionRange other) {
        VersionRange common = new VersionRange(Math.max(low, other.low), Math.min(high, other.high));
        return common.isEmpty() ? NONE : common;
    }

    /** @throws IllegalArgumentException if there is a gap between the two, which schemas cannot say */
    VersionRange union(VersionRange other) {
        if (isEmpty()) return other;
        if (other.isEmpty()) return this;
        if (low > other.high + 1 || other.low > high + 1)
            throw new IllegalArgumentException("a gap between versions " + this + " and " + other);
        return new VersionRange(Math.min(low, other.low), Math.max(high, other.high));
    }

    @Override
    public String toString() {
        if (isEmpty()) return "none";
        if (high == OPEN) return low + "+";
        return low == high ? Integer.toString(low) : low + "-" + high;
    }
}
