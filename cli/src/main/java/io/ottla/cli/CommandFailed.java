package io.ottla.cli;

/** A command could not do what was asked; the message is a sentence for the person who asked. Exit status 1. */
final class CommandFailed extends Exception {
    CommandFailed(String sentence) {
        super(sentence);
    }
}
