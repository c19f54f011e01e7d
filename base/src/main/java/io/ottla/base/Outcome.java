package io.ottla.base;

import java.io.IOException;

/** What became of work that the operating system may refuse: an operating error is a value. */
public sealed interface Outcome<T> {

    record Done<T>(T value) implements Outcome<T> {}

    record Failed<T>(IOException cause) implements Outcome<T> {}

    static <T> Outcome<T> done(T value) {
        return new Done<>(value);
    }

    static <T> Outcome<T> failed(IOException cause) {
        return new Failed<>(cause);
    }
}
