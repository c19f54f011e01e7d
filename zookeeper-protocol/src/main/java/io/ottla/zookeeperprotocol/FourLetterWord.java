package io.ottla.zookeeperprotocol;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What an operator may send in place of the first packet: four letters, which as a length would be beyond any limit
 * (FourLetterCommands of the original). The answer is text, and the connection is closed behind it.
 *
 * <pre>
 * word := conf | cons | … | hash        stmk is followed by mask:long
 * </pre>
 */
public enum FourLetterWord {
    CONF,
    CONS,
    CRST,
    DIRS,
    DUMP,
    ENVI,
    GTMK,
    RUOK,
    STMK,
    SRST,
    SRVR,
    STAT,
    WCHC,
    WCHP,
    WCHS,
    MNTR,
    ISRO,
    HASH;

    private static final int MASK_BYTES = 8;
    private static final Map<Integer, FourLetterWord> BY_PREFIX = new HashMap<>();

    static {
        for (FourLetterWord word : values()) BY_PREFIX.put(word.prefix(), word);
    }

    /** As it is typed. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The four letters as the length that they stand in the place of. */
    public int prefix() {
        byte[] letters = word().getBytes(StandardCharsets.US_ASCII);
        return letters[0] << 24 | letters[1] << 16 | letters[2] << 8 | letters[3];
    }

    /** Bytes that come after the word. */
    public int bodyBytes() {
        return this == STMK ? MASK_BYTES : 0;
    }

    /** Empty if that is none. */
    public static Optional<FourLetterWord> fromPrefix(int prefix) {
        return Optional.ofNullable(BY_PREFIX.get(prefix));
    }
}
