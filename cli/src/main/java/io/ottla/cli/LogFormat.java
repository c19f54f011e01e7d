package io.ottla.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.event.Level;

/**
 * How an event looks in the log.
 *
 * <pre>
 * text = DATE " " TIME " " level " " class " - " message LF [stack trace]          ; local time
 * json = {"time":…,"level":…,"logger":…,"thread":…,"message":…[,"exception":…]} LF   ; ISO 8601, UTC
 * </pre>
 */
enum LogFormat {
    text {
        @Override
        String event(Clock clock, Level level, String logger, String message, Throwable thrown) {
            StringBuilder line = new StringBuilder(128);
            append(LocalDateTime.now(clock), line);
            line.append(level).append(' ').append(logger, logger.lastIndexOf('.') + 1, logger.length());
            line.append(" - ").append(message).append('\n');
            if (thrown != null) line.append(trace(thrown));
            return line.toString();
        }
    },

    json {
        @Override
        String event(Clock clock, Level level, String logger, String message, Throwable thrown) {
            Map<String, Object> event = new LinkedHashMap<>();
            event.put("time", Instant.now(clock).toString());
            event.put("level", level.toString());
            event.put("logger", logger);
            event.put("thread", Thread.currentThread().getName());
            event.put("message", message);
            if (thrown != null) event.put("exception", trace(thrown));
            return Output.text(event) + "\n";
        }
    };

    /** @param thrown null for none */
    abstract String event(Clock clock, Level level, String logger, String message, Throwable thrown);

    private static String trace(Throwable thrown) {
        StringWriter trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace, true));
        return trace.toString();
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
}
