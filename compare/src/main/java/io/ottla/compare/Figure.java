package io.ottla.compare;

/**
 * One thing measured of both servers.
 *
 * @param row the part of the comparison that measures it
 * @param name what it is, with its unit last
 * @param better which way is better
 */
public record Figure(String row, String name, Better better) {
    /** Which of two values is the better one. */
    public enum Better {
        MORE,
        LESS,
        /** Neither: it says how the others came about. */
        NEITHER
    }
}
