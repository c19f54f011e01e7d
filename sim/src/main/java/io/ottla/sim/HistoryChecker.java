package io.ottla.sim;

/** An invariant over what clients saw: looks at each observation once, right after the event that brought it. */
abstract class HistoryChecker implements Checker {
    private final String name;
    private final History history;
    private int looked;

    HistoryChecker(String name, History history) {
        this.name = name;
        this.history = history;
    }

    @Override
    public final String name() {
        return name;
    }

    @Override
    public final void check() {
        for (; looked < history.size(); looked++) look(looked, history.get(looked));
    }

    /** @param at its place in the history */
    abstract void look(int at, Observation observation);

    static AssertionError broken(String format, Object... arguments) {
        return new AssertionError(format.formatted(arguments));
    }
}
