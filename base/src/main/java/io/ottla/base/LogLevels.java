package io.ottla.base;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How much each logger of this process says, and the way to change that while it runs. Loggers are a tree by the dots in their names: what is
 * set for one holds for those below it that have nothing of their own. Nothing here blocks, and nothing is kept over a restart.
 */
public interface LogLevels {
    /** The name of the one above all. */
    String ROOT = "root";

    /** What is said at least, from much to nothing. */
    enum Level {
        TRACE,
        DEBUG,
        INFO,
        WARN,
        ERROR,
        OFF
    }

    /** The loggers that there are, with what holds for each; {@link #ROOT} is among them. */
    SortedMap<String, Level> effective();

    /** From now on. */
    void set(String logger, Level level);

    /** Takes back what was set: what holds above it holds again. Not for {@link #ROOT}. */
    void unset(String logger);

    /** One logger whose level nobody sees the effect of: for where nothing is logged. */
    static LogLevels ofNobody() {
        TreeMap<String, Level> levels = new TreeMap<>(Map.of(ROOT, Level.INFO));
        return new LogLevels() {
            @Override
            public SortedMap<String, Level> effective() {
                return levels;
            }

            @Override
            public void set(String logger, Level level) {
                levels.put(logger, level);
            }

            @Override
            public void unset(String logger) {
                levels.remove(logger);
            }
        };
    }
}
