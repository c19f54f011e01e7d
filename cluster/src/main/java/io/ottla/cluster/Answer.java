package io.ottla.cluster;

import java.util.function.Function;

/** What became of a command. */
public sealed interface Answer<T> {

    record Ok<T>(T value) implements Answer<T> {}

    /** A text for people has room for the names that a client chose, but not for all that it can send: beyond 32,767 bytes no answer can carry it. */
    int MESSAGE_CHARS_MAX = 4_000;

    /** What of a text goes to a client. */
    static String told(String message) {
        return message == null || message.length() <= MESSAGE_CHARS_MAX
                ? message
                : message.substring(0, MESSAGE_CHARS_MAX) + "…";
    }

    /** @param message for people; goes to the client, cut if it is too long */
    record Refused<T>(ErrorCode error, String message) implements Answer<T> {
        public Refused {
            message = told(message);
        }

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
