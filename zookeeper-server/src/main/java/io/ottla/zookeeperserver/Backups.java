package io.ottla.zookeeperserver;

import io.ottla.base.Outcome;
import io.ottla.keeper.api.Identity;
import io.ottla.keeper.api.SnapshotTaken;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The admin commands that give the whole tree away, or take another in its place (SnapshotCommand and RestoreCommand of the original). Whoever asks has to
 * prove in the header {@code Authorization} who he is, and the root's ACL has to grant him all permissions.
 *
 * <pre>
 * GET  snapshot[?streaming=false]    headers last_zxid, snapshot_size; the file, unless it is not to be streamed
 * POST restore                       body: such a file; JSON with last_zxid
 * </pre>
 */
final class Backups {
    private static final Logger LOG = LoggerFactory.getLogger(Backups.class);
    private static final int BAD_REQUEST = 400;
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int INTERNAL_SERVER_ERROR = 500;
    private static final int SERVICE_UNAVAILABLE = 503;

    private final ZookeeperServer server;
    private Optional<Long> lastSnapshotMs = Optional.empty();
    private Optional<Long> lastRestoreMs = Optional.empty();

    Backups(ZookeeperServer server) {
        this.server = server;
    }

    private ServerOptions.Backups options() {
        return server.options().backups();
    }

    void snapshot(AdminCommands.Values values) {
        if (!mayDoAll(values)) return;
        if (!options().snapshotEnabled()) {
            values.failed(SERVICE_UNAVAILABLE, "admin.snapshot.enabled is false");
            return;
        }
        if (isTooSoon(values, lastSnapshotMs)) {
            server.stats().snapshotsLimited++;
            return;
        }
        lastSnapshotMs = Optional.of(server.monotonicMs());
        boolean streaming = Boolean.parseBoolean(values.request().parameters().getOrDefault("streaming", "true"));
        server.keeper().takeSnapshot(outcome -> {
            switch (outcome) {
                case Outcome.Done<SnapshotTaken>(SnapshotTaken taken) -> {
                    values.header("last_zxid", "0x" + Long.toHexString(taken.zxid()));
                    values.header("snapshot_size", Long.toString(taken.sizeBytes()));
                    if (streaming) {
                        values.done(taken);
                    } else {
                        taken.file().release();
                        values.done();
                    }
                }
                case Outcome.Failed<SnapshotTaken>(IOException cause) -> {
                    server.stats().snapshotErrors++;
                    values.failed(INTERNAL_SERVER_ERROR, cause.getMessage());
                }
            }
        });
    }

    void restore(AdminCommands.Values values) {
        if (!mayDoAll(values)) return;
        if (!options().restoreEnabled()) {
            values.failed(SERVICE_UNAVAILABLE, "admin.restore.enabled is false");
            return;
        }
        if (server.restorer().isEmpty()) {
            values.failed(
                    SERVICE_UNAVAILABLE,
                    "what a Kafka broker runs on is not replaced under it; stop it, and put the snapshot into a directory without transaction logs");
            return;
        }
        if (values.request().body().isEmpty()) {
            values.failed(BAD_REQUEST, "there is no snapshot in the request");
            return;
        }
        if (isTooSoon(values, lastRestoreMs)) {
            server.stats().restoresLimited++;
            return;
        }
        long sinceMs = server.monotonicMs();
        lastRestoreMs = Optional.of(sinceMs);
        server.restorer().get().restore(values.request().body().get(), outcome -> {
            switch (outcome) {
                case Outcome.Done<Long>(Long zxid) -> {
                    server.stats().restores.add(server.monotonicMs() - sinceMs);
                    values.put("last_zxid", zxid).done();
                }
                case Outcome.Failed<Long>(IOException cause) -> {
                    server.stats().restoreErrors++;
                    LOG.warn("a snapshot was not restored: {}", cause.getMessage());
                    values.failed(
                            INTERNAL_SERVER_ERROR,
                            "the snapshot was not restored, all is as it was: " + cause.getMessage());
                }
            }
        });
    }

    /** Otherwise it is told so. */
    private boolean mayDoAll(AdminCommands.Values values) {
        AdminCommands.Request request = values.request();
        if (request.authorization().isEmpty()) {
            values.failed(UNAUTHORIZED, "Auth info is missing for the command");
            return false;
        }
        List<Identity> proved = Credentials.ofHeader(
                server.options().authentication(), request.authorization().get().value(), request.client());
        if (proved.isEmpty()) {
            values.failed(UNAUTHORIZED, "Not authenticated");
            return false;
        }
        if (!server.keeper().grantsAll("/", proved)) {
            values.failed(FORBIDDEN, "Not authorized");
            return false;
        }
        return true;
    }

    private boolean isTooSoon(AdminCommands.Values values, Optional<Long> lastMs) {
        if (lastMs.isEmpty() || server.monotonicMs() - lastMs.get() >= options().intervalMs()) return false;
        values.failed(
                TOO_MANY_REQUESTS,
                "it may be run once in %d ms (admin.rateLimiterIntervalInMS)"
                        .formatted(options().intervalMs()));
        return true;
    }
}
