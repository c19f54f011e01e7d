package io.ottla.broker;

import io.ottla.base.LogLevels;
import io.ottla.base.LogLevels.Level;
import io.ottla.broker.ConfigAlteration.Change;
import io.ottla.broker.ConfigAlteration.Operation;
import io.ottla.cluster.Answer;
import io.ottla.cluster.ErrorCode;
import io.ottla.kafkamessages.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The levels of loggers as a configuration (resource BROKER_LOGGER, KIP-412): the keys are loggers, the values levels.
 * Nothing of it is kept over a restart. Source of the errors: ConfigAdminManager of Kafka 4.3.
 */
final class LoggerConfigs {
    /** As Kafka names them; its FATAL is ERROR here. */
    private static final List<String> VALID = List.of("DEBUG", "ERROR", "FATAL", "INFO", "TRACE", "WARN");

    private final LogLevels levels;

    LoggerConfigs(LogLevels levels) {
        this.levels = levels;
    }

    List<DescribeConfigsResourceResult> describe() {
        List<DescribeConfigsResourceResult> results = new ArrayList<>();
        levels.effective()
                .forEach((logger, level) -> results.add(new DescribeConfigsResourceResult()
                        .setName(logger)
                        .setValue(level.name())
                        .setConfigSource(ConfigSource.BROKER_LOGGER.code())
                        .setConfigType(ConfigDescription.STRING)));
        return results;
    }

    /** What of it cannot be done; nothing is done then. */
    Optional<Answer.Refused<Void>> flaw(List<Change> changes) {
        Map<String, Level> known = levels.effective();
        for (Change change : changes) {
            Operation operation = Operation.values()[change.operation()];
            if (operation == Operation.APPEND || operation == Operation.SUBTRACT)
                return refused(
                        ErrorCode.INVALID_REQUEST,
                        operation + " operation is not allowed for the BROKER_LOGGER resource");
            if (!known.containsKey(change.key()))
                return refused(ErrorCode.INVALID_CONFIG, "Logger " + change.key() + " does not exist!");
            if (operation == Operation.DELETE && change.key().equals(LogLevels.ROOT))
                return refused(ErrorCode.INVALID_REQUEST, "Removing the log level of the root logger is not allowed");
            if (operation == Operation.SET && level(change).isEmpty())
                return refused(
                        ErrorCode.INVALID_CONFIG,
                        "Cannot set the log level of " + change.key() + " to "
                                + change.value().orElse("")
                                + " as it is not a supported log level. Valid log levels are "
                                + String.join(", ", VALID));
        }
        return Optional.empty();
    }

    /** To be called with what has no flaw. */
    void apply(List<Change> changes) {
        for (Change change : changes)
            level(change).ifPresentOrElse(level -> levels.set(change.key(), level), () -> levels.unset(change.key()));
    }

    private static Optional<Level> level(Change change) {
        if (change.operation() != Operation.SET.ordinal()) return Optional.empty();
        return change.value()
                .map(value -> value.strip().toUpperCase(Locale.ROOT))
                .filter(VALID::contains)
                .map(value -> value.equals("FATAL") ? Level.ERROR : Level.valueOf(value));
    }

    private static Optional<Answer.Refused<Void>> refused(ErrorCode error, String message) {
        return Optional.of(new Answer.Refused<>(error, message));
    }
}
