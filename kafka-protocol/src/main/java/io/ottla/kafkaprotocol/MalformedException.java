package io.ottla.kafkaprotocol;

/**
 * The bytes are not a message. One constant for each way, without a stack trace, so that garbage costs nothing.
 */
final class MalformedException extends Exception {
    static final MalformedException TRUNCATED = new MalformedException("a field goes past the end of the frame");
    static final MalformedException VARINT = new MalformedException("a varint has more than 31 bits");
    static final MalformedException NULL = new MalformedException("a field that must not be null is");
    static final MalformedException LENGTH = new MalformedException("a string is longer than 32767 bytes");
    static final MalformedException TEXT = new MalformedException("a string of more than 10922 bytes is no UTF-8");
    static final MalformedException COUNT =
            new MalformedException("an array announces more elements than bytes follow");
    static final MalformedException ELEMENTS = new MalformedException("more elements than a request may have");
    static final MalformedException UNKNOWN_TAGS = new MalformedException("too much in unknown tagged fields");
    static final MalformedException TAG_SIZE = new MalformedException("a tagged field is not as long as it says");
    static final MalformedException TAG_VERSION = new MalformedException("a tagged field of another version");
    /** The walk lets nothing through that the generated readers refuse; this is for the day when that is wrong. */
    static final MalformedException UNREADABLE = new MalformedException("cannot be read");

    private static final long serialVersionUID = 1;

    private MalformedException(String what) {
        super(what, null, false, false);
    }
}
