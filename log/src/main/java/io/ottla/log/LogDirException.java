package io.ottla.log;

/** A log directory cannot be used; the message is one sentence for the operator. */
public final class LogDirException extends Exception {
    private static final long serialVersionUID = 1L;

    public LogDirException(String sentence) {
        super(sentence);
    }

    public LogDirException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
