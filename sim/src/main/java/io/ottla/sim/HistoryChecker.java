package io.ottla.sim;

/** An invariant over what clients saw: looks at each observation once, right after the event that brought it. */
abstract class HistoryChecker<O> implements Checker {
    private final String name;
    private final History<O> history;
    private int looked;

    HistoryChecker(String name, History<O> history) {
        this.name = name;
        this.history = history;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final void check() {
        for (; looked < history.size(); looked++) look(history.get(looked));
    }

    abstract void look(O observation);

    /** The place in the history of what is being looked at. */
    final int at() {
        return looked;
    }

    static AssertionError broken(String format, Object... arguments) {
        return new AssertionError(format.formatted(arguments));
    }
}
