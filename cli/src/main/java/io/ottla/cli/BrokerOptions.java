package io.ottla.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import picocli.CommandLine.Option;

/** How a command reaches a broker, and how it prints; the same options for all of them. */
final class BrokerOptions {
    /** Long enough for a broker that is just starting, short enough for a person who mistyped a port. */
    private static final int TIMEOUT_MS = 10_000;

    @Option(
            names = {"-b", "--bootstrap-server"},
            paramLabel = "HOST:PORT",
            defaultValue = "localhost:9092",
            description = "A broker of the cluster (default: ${DEFAULT-VALUE}).")
    String bootstrapServer;

    @Option(
            names = "--client-config",
            paramLabel = "FILE",
            description = "A properties file of Kafka client settings (security and the like).")
    Optional<Path> clientConfig = Optional.empty();

    @Option(
            names = {"-X", "--property"},
            paramLabel = "KEY=VALUE",
            description = "One Kafka client setting; may be repeated.")
    Map<String, String> properties = new LinkedHashMap<>();

    @Option(names = "--json", description = "Print JSON, one object a line, for programs.")
    boolean json;

    /** The client's settings, with {@code defaults} beneath what the user gave. Looks first whether anybody listens there. */
    Map<String, Object> settings(Map<String, String> defaults) throws CommandFailed {
        if (!BrokerDoor.isOpen(bootstrapServer))
            throw new CommandFailed("Nobody listens at " + bootstrapServer
                    + ". (`ottla start` runs a broker; --bootstrap-server names another.)");
        Map<String, Object> settings = new LinkedHashMap<>(defaults);
        if (clientConfig.isPresent()) settings.putAll(ConfigFile.read("file", clientConfig.get()));
        settings.putAll(properties);
        settings.put("bootstrap.servers", bootstrapServer);
        return settings;
    }

    Admin admin() throws CommandFailed {
        return admin(TIMEOUT_MS);
    }

    /** @param timeoutMs how long an answer may take, where a call does not say otherwise */
    Admin admin(int timeoutMs) throws CommandFailed {
        String timeout = String.valueOf(timeoutMs);
        Map<String, Object> settings =
                settings(Map.of("default.api.timeout.ms", timeout, "request.timeout.ms", timeout));
        try {
            return Admin.create(settings);
        } catch (KafkaException e) {
            throw failed("connecting to " + bootstrapServer, e);
        }
    }

    Output output() {
        return new Output(json, System.out);
    }

    /** What to tell a person about {@code cause}. */
    CommandFailed failed(String doing, Throwable cause) {
        Throwable root = cause;
        while (root.getCause() != null && wraps(root)) root = root.getCause();
        // it answered, but not that it has the records
        boolean isExpired = root instanceof TimeoutException
                && String.valueOf(root.getMessage()).startsWith("Expiring");
        if (root instanceof TimeoutException && !isExpired)
            return new CommandFailed("No answer from " + bootstrapServer + " while " + doing
                    + ". Is a broker running there? (`ottla start` runs one; --bootstrap-server names another.)");
        if (root instanceof UnknownTopicOrPartitionException)
            return new CommandFailed("Failed " + doing
                    + ": there is no such topic or partition. (`ottla topic list` lists the topics.)");
        if (isExpired)
            return new CommandFailed("Failed " + doing + ": the broker did not take the records in time ("
                    + root.getMessage() + "). Its log may say why.");
        String message = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
        return new CommandFailed("Failed " + doing + ": " + message + (message.endsWith(".") ? "" : "."));
    }

    private static boolean wraps(Throwable thrown) {
        return thrown instanceof ExecutionException
                || (thrown instanceof KafkaException && thrown.getCause() instanceof KafkaException);
    }
}
