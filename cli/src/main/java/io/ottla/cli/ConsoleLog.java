package io.ottla.cli;

import io.ottla.base.LineBudget;
import io.ottla.base.LogLevels;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/**
 * The log of a process: to standard error, since standard output is for what a command answers, or to a file. Any thread may log; levels may
 * change while others log. Whatever a class logs for each of many requests, it cannot fill a disk with: of one logger so many lines of
 * level info or above are written in a period, and the others counted.
 */
final class ConsoleLog implements ILoggerFactory, LogLevels {
    private static final ConsoleLog OF_THIS_PROCESS = new ConsoleLog(() -> System.err, Clock.systemDefaultZone());

    static final int LINES_PER_PERIOD = 100;
    static final long LINES_PERIOD_MS = 10_000;

    private final Supplier<PrintStream> out;
    private volatile Consumer<String> sink;
    private volatile LogFormat format = LogFormat.text;
    private volatile boolean isFile;
    private final Clock clock;
    private final Map<String, Level> set = new HashMap<>();
    private final Map<String, Line> loggers = new HashMap<>();

    ConsoleLog(Supplier<PrintStream> out, Clock clock) {
        this.out = out;
        this.clock = clock;
        // at once, so that lines of several threads do not mix
        sink = event -> {
            PrintStream stream = out.get();
            stream.print(event);
            stream.flush();
        };
        set.put(ROOT, Level.WARN);
        set.put("io.ottla", Level.INFO);
        // what a command's client could not do, the command says in a sentence
        set.put("org.apache.kafka", Level.OFF);
        // of a connection that is lost and made anew, zookeeper-client tells; the client itself would with a stack
        // trace for each attempt
        set.put("org.apache.zookeeper", Level.ERROR);
    }

    static ConsoleLog ofThisProcess() {
        return OF_THIS_PROCESS;
    }

    @Override
    public synchronized Logger getLogger(String name) {
        return loggers.computeIfAbsent(name, known -> new Line(known, level(known)));
    }

    @Override
    public synchronized SortedMap<String, Level> effective() {
        TreeMap<String, Level> all = new TreeMap<>(set);
        loggers.forEach((name, line) -> all.put(name, line.level));
        return all;
    }

    @Override
    public synchronized void set(String logger, Level level) {
        set.put(logger, level);
        loggers.values().forEach(line -> line.level = level(line.getName()));
    }

    @Override
    public synchronized void unset(String logger) {
        if (logger.equals(ROOT)) throw new IllegalArgumentException("something has to hold");
        set.remove(logger);
        loggers.values().forEach(line -> line.level = level(line.getName()));
    }

    private Level level(String logger) {
        for (String name = logger; ; name = name.substring(0, name.lastIndexOf('.'))) {
            Level level = set.get(name);
            if (level != null) return level;
            if (name.lastIndexOf('.') < 0) return set.get(ROOT);
        }
    }

    private void write(String logger, org.slf4j.event.Level level, String message, Throwable thrown) {
        sink.accept(format.event(clock, level, logger, message, thrown));
    }

    /** Whether events go elsewhere than to standard error. */
    boolean isFile() {
        return isFile;
    }

    /** From now on it goes by what is configured; events of other threads may still go where they went before. */
    synchronized void configure(LogOptions options) throws CommandFailed {
        options.levels().forEach(this::set);
        format = options.format();
        if (options.file().isEmpty()) return;
        Path path = options.file().get();
        try {
            sink = new LogFile(path, options.fileBytesMax(), options.filesMax(), out.get(), System::nanoTime)::write;
            isFile = true;
        } catch (IOException e) {
            throw new CommandFailed("the log file " + path + " cannot be written: " + e.getMessage());
        }
    }

    /** One logger. */
    private final class Line extends LegacyAbstractLogger {
        private static final long serialVersionUID = 1;

        private final transient LineBudget budget = new LineBudget(LINES_PER_PERIOD, LINES_PERIOD_MS);
        private transient volatile Level level;

        Line(String name, Level level) {
            this.name = name;
            this.level = level;
        }

        private boolean says(Level event) {
            return level.compareTo(event) <= 0;
        }

        @Override
        public boolean isTraceEnabled() {
            return says(Level.TRACE);
        }

        @Override
        public boolean isDebugEnabled() {
            return says(Level.DEBUG);
        }

        @Override
        public boolean isInfoEnabled() {
            return says(Level.INFO);
        }

        @Override
        public boolean isWarnEnabled() {
            return says(Level.WARN);
        }

        @Override
        public boolean isErrorEnabled() {
            return says(Level.ERROR);
        }

        @Override
        protected String getFullyQualifiedCallerName() {
            return null;
        }

        @Override
        protected void handleNormalizedLoggingCall(
                org.slf4j.event.Level event, Marker marker, String pattern, Object[] arguments, Throwable thrown) {
            long leftOut = leftOut(event);
            if (leftOut < 0) return;
            String message = MessageFormatter.basicArrayFormat(pattern, arguments);
            if (leftOut > 0) message += " (" + leftOut + " lines of this kind were left out before)";
            write(name, event, message, thrown);
        }

        /** −1 if this one is to be left out, too. Who turns on finer levels wants to see all of them. */
        private long leftOut(org.slf4j.event.Level event) {
            if (event.compareTo(org.slf4j.event.Level.INFO) > 0) return 0;
            synchronized (budget) {
                return budget.take(clock.millis());
            }
        }
    }
}
