package io.ottla.node;

import com.fasterxml.jackson.jr.ob.JSON;
import io.ottla.base.Http;
import io.ottla.base.Network;
import io.ottla.zookeeperserver.AdminCommands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin commands of the coordination service over HTTP, as the original's {@code JettyAdminServer} has them.
 *
 * <pre>
 * GET URL          the names of all commands, as a page with links
 * GET URL/NAME     JSON: what the command found, then "command" and "error" (null if there is none); of snapshot a file
 * POST URL/restore JSON, too
 * </pre>
 */
final class AdminPort {
    private static final Logger LOG = LoggerFactory.getLogger(AdminPort.class);
    private static final int OK = 200;
    private static final int NOT_FOUND = 404;
    private static final int SERVICE_UNAVAILABLE = 503;

    private final ZooConfig.Admin config;
    private final Supplier<Optional<AdminCommands>> commands;
    private Optional<Network.Listening> listening = Optional.empty();

    /** @param commands empty while the service is not open */
    AdminPort(ZooConfig.Admin config, Supplier<Optional<AdminCommands>> commands) {
        this.config = config;
        this.commands = commands;
    }

    /** @throws IOException if the port that somebody asked for cannot be bound, with a sentence for people */
    void bind(Http http) throws IOException {
        try {
            listening = Optional.of(http.listen(config.host(), config.port(), this::asked));
        } catch (IOException e) {
            if (config.isWanted()) throw new IOException("admin.serverPort: " + e.getMessage(), e);
            LOG.warn(
                    "the admin commands are not served: {}; set admin.serverPort to a free port, or admin.enableServer=false",
                    e.getMessage());
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
        String url = config.commandUrl();
        String path = question.path();
        if (commands.get().isEmpty()) {
            answer.accept(Http.Answer.text(SERVICE_UNAVAILABLE, "the service is not open yet\n"));
        } else if (path.equals(url) || path.equals(url + "/")) {
            answer.accept(page(commands.get().get()));
        } else if (path.startsWith(url + "/")) {
            String name = path.substring(url.length() + 1);
            AdminCommands.Request request = new AdminCommands.Request(
                    question.body().isPresent(),
                    name,
                    question.parameters(),
                    question.authorization(),
                    question.client(),
                    question.body());
            commands.get().get().run(request, response -> answer.accept(answer(response)));
        } else {
            answer.accept(Http.Answer.text(NOT_FOUND, "there is nothing here; see " + url + "\n"));
        }
    }

    private Http.Answer page(AdminCommands all) {
        StringBuilder page = new StringBuilder();
        for (String name : all.names())
            page.append("<a href=\"%s/%s\">%s</a><br/>\n".formatted(config.commandUrl(), name, name));
        return new Http.Answer(
                OK, "text/html; charset=utf-8", () -> page.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static Http.Answer answer(AdminCommands.Response response) {
        return response.file()
                .map(taken -> new Http.Answer(
                        response.status(),
                        "application/octet-stream",
                        response.headers(),
                        new Http.Content.File(taken.file(), taken.sizeBytes())))
                .orElseGet(() -> json(response));
    }

    private static Http.Answer json(AdminCommands.Response response) {
        Map<String, Object> all = new LinkedHashMap<>(response.values());
        all.put("command", response.command());
        all.put("error", response.error().orElse(null));
        Http.Content content = new Http.Content.Bytes(() -> {
            try {
                return JSON.std
                        .with(JSON.Feature.PRETTY_PRINT_OUTPUT)
                        .with(JSON.Feature.WRITE_NULL_PROPERTIES)
                        .asBytes(all);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return new Http.Answer(response.status(), "application/json", response.headers(), content);
    }
}
