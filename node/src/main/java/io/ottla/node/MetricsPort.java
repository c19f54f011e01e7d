package io.ottla.node;

import io.ottla.base.Disk;
import io.ottla.base.Http;
import io.ottla.base.Network;
import io.ottla.zookeeperserver.AdminCommands;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** {@code GET /metrics} for Prometheus, where {@code metricsProvider.*} asks for it. */
final class MetricsPort {
    private static final String PATH = "/metrics";
    private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int SERVICE_UNAVAILABLE = 503;

    private final ZooConfig.Metrics config;
    private final Supplier<Optional<AdminCommands>> commands;
    private final Disk disk;
    private Optional<Network.Listening> listening = Optional.empty();

    /** @param commands empty while the service is not open */
    MetricsPort(ZooConfig.Metrics config, Supplier<Optional<AdminCommands>> commands, Disk disk) {
        this.disk = disk;
        this.config = config;
        this.commands = commands;
    }

    /** @throws IOException if the port cannot be bound, with a sentence for people */
    void bind(Http http) throws IOException {
        try {
            listening = Optional.of(http.listen(config.host(), config.port(), this::asked));
        } catch (IOException e) {
            throw new IOException("metricsProvider.httpPort: " + e.getMessage(), e);
        }
    }

    /** Empty if it is not bound. */
    Optional<Address> address() {
        return listening.map(bound -> new Address(config.host(), bound.port()));
    }

    void close() {
        listening.ifPresent(Network.Listening::close);
        listening = Optional.empty();
    }

    private void asked(Http.Question question, Consumer<Http.Answer> answer) {
        if (!question.path().equals(PATH)) {
            answer.accept(Http.Answer.text(NOT_FOUND, "there is nothing here; see " + PATH + "\n"));
        } else if (commands.get().isEmpty()) {
            answer.accept(Http.Answer.text(SERVICE_UNAVAILABLE, "the service is not open yet\n"));
        } else {
            String service = commands.get().get().prometheus();
            answer.accept(new Http.Answer(
                    OK,
                    TEXT,
                    () -> (config.isWithJvm() ? service + JvmMetrics.text(disk) : service)
                            .getBytes(StandardCharsets.UTF_8)));
        }
    }
}
