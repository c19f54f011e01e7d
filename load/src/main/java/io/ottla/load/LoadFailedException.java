package io.ottla.load;

/** A load, or a comparison, could not be carried out; the message is a sentence for the person who asked for it. */
public final class LoadFailedException extends Exception {
    public LoadFailedException(String sentence) {
        super(sentence);
    }

    public LoadFailedException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
