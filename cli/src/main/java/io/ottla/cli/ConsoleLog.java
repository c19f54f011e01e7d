package io.ottla.cli;

import io.ottla.base.LineBudget;
import io.ottla.base.LogLevels;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.time.LocalDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.ILoggerFactory;
import org.slf4j.Logger;
import org.slf4j.Marker;
import org.slf4j.helpers.LegacyAbstractLogger;
import org.slf4j.helpers.MessageFormatter;

/**
 * The log of a process: one line an event to standard error, since standard output is for what a command answers. Any
 * thread may log; levels may change while others log. Whatever a class logs for each of many requests, it cannot fill a
 * disk with: of one logger so many lines of level info or above are written in a period, and the others counted.
 *
 * <pre>
 * event = DATE " " TIME " " level " " class " - " message LF [stack trace]
 * </pre>
 */
final class ConsoleLog implements ILoggerFactory, LogLevels {
    private static final ConsoleLog OF_THIS_PROCESS = new ConsoleLog(() -> System.err, Clock.systemDefaultZone());

    static final int LINES_PER_PERIOD = 100;
    static final long LINES_PERIOD_MS = 10_000;

    private final Supplier<PrintStream> out;
    private final Clock clock;
    private final Map<String, Level> set = new HashMap<>();
    private final Map<String, Line> loggers = new HashMap<>();

    ConsoleLog(Supplier<PrintStream> out, Clock clock) {
        this.out = out;
        this.clock = clock;
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
        StringBuilder line = new StringBuilder(128);
        append(LocalDateTime.now(clock), line);
        line.append(level).append(' ').append(logger, logger.lastIndexOf('.') + 1, logger.length());
        line.append(" - ").append(message).append('\n');
        if (thrown != null) {
            StringWriter trace = new StringWriter();
            thrown.printStackTrace(new PrintWriter(trace, true));
            line.append(trace);
        }
        // at once, so that lines of several threads do not mix
        PrintStream stream = out.get();
        stream.print(line);
        stream.flush();
    }

    /** By hand, since a formatter loads some hundred classes, and a start logs. */
    private static void append(LocalDateTime time, StringBuilder line) {
        append(time.getYear(), 4, '-', line);
        append(time.getMonthValue(), 2, '-', line);
        append(time.getDayOfMonth(), 2, ' ', line);
        append(time.getHour(), 2, ':', line);
        append(time.getMinute(), 2, ':', line);
        append(time.getSecond(), 2, '.', line);
        append(time.getNano() / 1_000_000, 3, ' ', line);
    }

    private static void append(int number, int digits, char separator, StringBuilder line) {
        String text = Integer.toString(number);
        line.repeat('0', Math.max(0, digits - text.length())).append(text).append(separator);
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
