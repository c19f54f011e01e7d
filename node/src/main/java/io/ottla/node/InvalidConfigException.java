package io.ottla.node;

/** A configuration that a node cannot start with; the message is a sentence that says what and where. */
public final class InvalidConfigException extends Exception {
    public InvalidConfigException(String sentence) {
        super(sentence);
    }
}
