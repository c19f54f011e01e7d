package io.ottla.cluster;

import java.util.function.Function;

/** What became of a command. */
public sealed interface Answer<T> {

    record Ok<T>(T value) implements Answer<T> {}

    /** @param message for people; goes to the client */
    record Refused<T>(ErrorCode error, String message) implements Answer<T> {

        /** The same, where another value was hoped for. */
        @SuppressWarnings("unchecked") // it holds none
        <U> Refused<U> as() {
            return (Refused<U>) this;
        }
    }

    static <T> Answer<T> ok(T value) {
        return new Ok<>(value);
    }

    static <T> Answer<T> refused(ErrorCode error, String message) {
        return new Refused<>(error, message);
    }

    default <U> Answer<U> map(Function<T, U> function) {
        return switch (this) {
            case Ok<T>(T value) -> ok(function.apply(value));
            case Refused<T> refused -> refused.as();
        };
    }
}
