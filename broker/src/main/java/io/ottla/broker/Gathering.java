package io.ottla.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Collects the answers of a request that asked several for its parts, in the order of the parts. */
final class Gathering<T> {
    private final List<T> parts = new ArrayList<>();
    private final Consumer<List<T>> whole;
    private int missing;
    private boolean isComplete;

    /** @param whole gets all parts, once the last is there */
    Gathering(Consumer<List<T>> whole) {
        this.whole = whole;
    }

    /** Where the next part is to go when it comes. */
    Consumer<T> expect() {
        int index = parts.size();
        parts.add(null);
        missing++;
        return part -> {
            parts.set(index, part);
            missing--;
            finish();
        };
    }

    /** All parts have been asked for. */
    void allAsked() {
        isComplete = true;
        finish();
    }

    private void finish() {
        if (isComplete && missing == 0) whole.accept(parts);
    }
}
