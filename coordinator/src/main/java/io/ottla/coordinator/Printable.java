package io.ottla.coordinator;

/** What clients call themselves and their groups, fit for one line of a log: no control characters, not too long. */
final class Printable {
    private static final int CHARS_MAX = 255;

    private Printable() {}

    static String of(String text) {
        String cut = text.length() <= CHARS_MAX ? text : text.substring(0, CHARS_MAX) + "…";
        return cut.chars().noneMatch(Character::isISOControl) ? cut : cut.replaceAll("\\p{Cntrl}", "?");
    }
}
