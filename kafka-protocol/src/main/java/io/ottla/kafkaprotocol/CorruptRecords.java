package io.ottla.kafkaprotocol;

import org.apache.kafka.common.protocol.Errors;

/**
 * Records that cannot be read; it stays inside of this package, whose entry points make a value of it. Without a
 * stack trace, for clients can cause it as often as they like.
 */
final class CorruptRecords extends Exception {
    private final transient Errors error;

    private CorruptRecords(Errors error, String why) {
        super(why, null, false, false);
        this.error = error;
    }

    /** The bytes are what the sender meant, and make no sense: sending them again will not help. */
    static CorruptRecords invalid(String why) {
        return new CorruptRecords(Errors.INVALID_RECORD, why);
    }

    /** The bytes may well make sense, and there is no room for what they unpack to. */
    static CorruptRecords tooLarge(String why) {
        return new CorruptRecords(Errors.MESSAGE_TOO_LARGE, why);
    }

    /** A checksum does not match: sending them again may help. */
    static CorruptRecords damaged(String why) {
        return new CorruptRecords(Errors.CORRUPT_MESSAGE, why);
    }

    /** {@link Errors#INVALID_RECORD}, {@link Errors#CORRUPT_MESSAGE} or {@link Errors#MESSAGE_TOO_LARGE}. */
    Errors error() {
        return error;
    }
}
