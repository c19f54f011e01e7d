package io.ottla.cli;

/**
 * Where in a partition to begin, as a person says it.
 *
 * <pre>
 * position = "beginning" / "end" / offset / "@" timestamp       ; decimal digits; a timestamp in milliseconds since the epoch
 * </pre>
 */
sealed interface Position {
    record Beginning() implements Position {}

    record End() implements Position {}

    record At(long offset) implements Position {}

    /** So many offsets before the end. Not said as a text. */
    record BeforeEnd(long records) implements Position {}

    /** The first record of that time or later; the end if there is none. */
    record Since(long timestampMs) implements Position {}

    /** @param option what it was given with, for the sentence when it cannot be understood */
    static Position of(String option, String text) throws CommandFailed {
        if (text.equals("beginning")) return new Beginning();
        if (text.equals("end")) return new End();
        boolean isTime = text.startsWith("@");
        String digits = isTime ? text.substring(1) : text;
        try {
            if (digits.matches("[0-9]+"))
                return isTime ? new Since(Long.parseLong(digits)) : new At(Long.parseLong(digits));
        } catch (NumberFormatException tooLarge) {
            // said below
        }
        throw new CommandFailed(option + " takes beginning, end, an offset or @MILLISECONDS, not '" + text + "'.");
    }
}
