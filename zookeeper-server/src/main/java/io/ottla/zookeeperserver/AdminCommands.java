package io.ottla.zookeeperserver;

import io.ottla.base.Secret;
import io.ottla.keeper.Keeper;
import io.ottla.keeper.api.SnapshotTaken;
import io.ottla.keeper.watch.Watches;
import java.io.InputStream;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * What the admin port answers: a command has a name and aliases, and gives values by name (package server.admin of the original). Values are strings,
 * numbers, booleans, lists of values, and maps from strings to values.
 */
public final class AdminCommands {
    private static final int OK = 200;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final String RESTORE = "restore";

    /** The original's after a start. */
    private static final long TRACE_MASK = 306;

    /**
     * @param isPost or else it is a GET
     * @param name of the command, or an alias of it
     * @param parameters of the HTTP request
     * @param authorization the header of that name
     * @param client where it comes from
     * @param body of a POST; to be read on a disk thread
     */
    public record Request(
            boolean isPost,
            String name,
            Map<String, String> parameters,
            Optional<Secret> authorization,
            InetAddress client,
            Optional<InputStream> body) {}

    /**
     * @param command its first name
     * @param error empty if there is none
     * @param status of HTTP
     * @param file what is sent in place of the values; whoever gets it releases it
     */
    public record Response(
            String command,
            Optional<String> error,
            int status,
            Map<String, Object> values,
            Map<String, String> headers,
            Optional<SnapshotTaken> file) {}

    @FunctionalInterface
    private interface Command {
        void run(Map<String, String> parameters, Values values);
    }

    /** Where a command puts what it finds. */
    static final class Values {
        private final String command;
        private final Request request;
        private final Consumer<Response> answer;
        private final Map<String, Object> found = new LinkedHashMap<>();
        private final Map<String, String> headers = new LinkedHashMap<>();

        Values(String command, Request request, Consumer<Response> answer) {
            this.command = command;
            this.request = request;
            this.answer = answer;
        }

        Request request() {
            return request;
        }

        void header(String name, String value) {
            headers.put(name, value);
        }

        Values put(String name, Object value) {
            found.put(name, value);
            return this;
        }

        Values putAll(Map<String, ?> all) {
            found.putAll(all);
            return this;
        }

        void done() {
            answer.accept(new Response(command, Optional.empty(), OK, found, headers, Optional.empty()));
        }

        void done(SnapshotTaken file) {
            answer.accept(new Response(command, Optional.empty(), OK, found, headers, Optional.of(file)));
        }

        void failed(int status, String error) {
            answer.accept(new Response(command, Optional.of(error), status, found, headers, Optional.empty()));
        }
    }

    private record Named(String name, Command command) {}

    private final ZookeeperServer server;
    private final Machine machine;
    private final Monitoring monitoring;
    private final Backups backups;
    private final Map<String, Named> byName = new HashMap<>();
    private long traceMask = TRACE_MASK;

    AdminCommands(ZookeeperServer server, Machine machine, long startedNs) {
        this.server = server;
        this.machine = machine;
        monitoring = new Monitoring(server, machine, startedNs);
        backups = new Backups(server);
        add(this::connectionStatReset, "connection_stat_reset", "crst");
        add(this::configuration, "configuration", "conf", "config");
        add(this::connections, "connections", "cons");
        add(this::dirs, "dirs");
        add(this::dump, "dump");
        add((parameters, values) -> values.putAll(environment()).done(), "environment", "env", "envi");
        add(this::hash, "hash");
        add((parameters, values) -> values.put("tracemask", traceMask).done(), "get_trace_mask", "gtmk");
        add((parameters, values) -> values.put("initial_configuration", "").done(), "initial_configuration", "icfg");
        add((parameters, values) -> values.put("read_only", false).done(), "is_read_only", "isro");
        add(this::lastSnapshot, "last_snapshot", "lsnp");
        add((parameters, values) -> values.failed(OK, "server is not initialized"), "leader", "lead");
        add((parameters, values) -> values.putAll(monitoring.values()).done(), "monitor", "mntr");
        add((parameters, values) -> values.done(), "observer_connection_stat_reset", "orst");
        add(
                (parameters, values) -> values.put("synced_observers", 0)
                        .put("observers", List.of())
                        .done(),
                "observers",
                "obsr");
        add((parameters, values) -> values.done(), "ruok");
        add(this::setTraceMask, "set_trace_mask", "stmk");
        add((parameters, values) -> statistics(values, Optional.empty()), "server_stats", "srvr");
        add((parameters, values) -> statistics(values, Optional.of(true)), "stats", "stat");
        add(this::statReset, "stat_reset", "srst");
        add((parameters, values) -> values.putAll(machine.systemProperties()).done(), "system_properties", "sysp");
        add((parameters, values) -> values.put("current_config", Map.of()).done(), "voting_view");
        add(this::watches, "watches", "wchc");
        add(this::watchesByPath, "watches_by_path", "wchp");
        add(this::watchSummary, "watch_summary", "wchs");
        add(
                (parameters, values) ->
                        values.put("voting", false).put("zabstate", "").done(),
                "zabstate");
        add((parameters, values) -> backups.snapshot(values), "snapshot", "snap");
        add((parameters, values) -> backups.restore(values), RESTORE, "rest");
    }

    private void add(Command command, String name, String... aliases) {
        byName.put(name, new Named(name, command));
        for (String alias : aliases) byName.put(alias, new Named(name, command));
    }

    /** The first names of all commands. */
    public SortedSet<String> names() {
        SortedSet<String> names = new TreeSet<>();
        for (Named named : byName.values()) names.add(named.name);
        return names;
    }

    /** Runs a command. The answer comes on the loop, perhaps within this call. */
    public void run(Request request, Consumer<Response> answer) {
        Named named = byName.get(request.name);
        Values values = new Values(named == null ? request.name : named.name, request, answer);
        // with status 200, as the original has it
        if (named == null) values.failed(OK, "Unknown command: " + request.name);
        else if (request.isPost != named.name.equals(RESTORE))
            values.failed(METHOD_NOT_ALLOWED, request.isPost ? "it wants a GET" : "it wants a POST");
        else named.command.run(request.parameters, values);
    }

    private Keeper keeper() {
        return server.keeper();
    }

    /** What {@code mntr} tells, as Prometheus reads it (PrometheusMetricsProvider of the original). */
    public String prometheus() {
        return PrometheusText.of(monitoring);
    }

    Monitoring monitoring() {
        return monitoring;
    }

    long traceMask() {
        return traceMask;
    }

    /** Kept for who asks for it; nothing is traced. */
    void traceMask(long mask) {
        traceMask = mask;
    }

    void resetConnections() {
        for (ClientConnection client : server.connections()) client.stats().reset();
    }

    private void connectionStatReset(Map<String, String> parameters, Values values) {
        resetConnections();
        values.done();
    }

    private void statReset(Map<String, String> parameters, Values values) {
        server.stats().reset();
        values.done();
    }

    private void configuration(Map<String, String> parameters, Values values) {
        ServerOptions.Described described = server.options().described();
        values.put("client_port", described.clientPort())
                .put("data_dir", described.dataDir())
                .put("data_log_dir", described.dataLogDir())
                .put("tick_time", described.tickTimeMs())
                .put("max_client_cnxns", described.maxClientCnxns())
                .put("min_session_timeout", described.minSessionTimeoutMs())
                .put("max_session_timeout", described.maxSessionTimeoutMs())
                .put("server_id", described.serverId())
                .put("client_port_listen_backlog", described.backlog())
                .done();
    }

    private void connections(Map<String, String> parameters, Values values) {
        values.put("connections", connections(false, false))
                .put("secure_connections", connections(true, false))
                .done();
    }

    private List<Map<String, Object>> connections(boolean secure, boolean brief) {
        List<Map<String, Object>> found = new ArrayList<>();
        for (ClientConnection client : server.connections()) {
            if (client.isSecure() != secure) continue;
            ConnectionStats stats = client.stats();
            Map<String, Object> one = new LinkedHashMap<>();
            one.put(
                    "remote_socket_address",
                    client.connection().remote().toString().substring(1));
            one.put("interest_ops", client.isReading() ? 1 : 0);
            one.put("outstanding_requests", client.queue().size());
            one.put("packets_received", stats.received);
            one.put("packets_sent", stats.sent);
            if (!brief) {
                one.put("session_id", client.sessionId());
                one.put("last_operation", stats.lastOperation);
                one.put("established", stats.establishedMs);
                one.put("session_timeout", client.timeoutMs());
                one.put("last_cxid", stats.lastCxid);
                one.put("last_zxid", stats.lastZxid);
                one.put("last_response_time", stats.lastResponseMs);
                one.put("last_latency", stats.lastLatencyMs);
                one.put("min_latency", stats.minLatencyMs());
                one.put("avg_latency", stats.avgLatencyMs());
                one.put("max_latency", stats.maxLatencyMs);
            }
            found.add(one);
        }
        return found;
    }

    private void dirs(Map<String, String> parameters, Values values) {
        machine.dataFiles(files -> values.put("datadir_size", files.snapshotBytes())
                .put("logdir_size", files.logBytes())
                .done());
    }

    private void lastSnapshot(Map<String, String> parameters, Values values) {
        machine.dataFiles(files -> values.put("zxid", Long.toHexString(files.lastSnapshotZxid()))
                .put("timestamp", files.lastSnapshotMs())
                .done());
    }

    private void dump(Map<String, String> parameters, Values values) {
        Map<String, Object> byExpiry = new LinkedHashMap<>();
        keeper().sessionsByExpiry().forEach((expiresMs, ids) -> byExpiry.put(String.valueOf(expiresMs), ids));
        Map<String, Object> ephemerals = new LinkedHashMap<>();
        keeper().ephemeralsBySession().forEach((id, paths) -> ephemerals.put(String.valueOf(id), paths));
        values.put("expiry_time_to_session_ids", byExpiry)
                .put("session_id_to_ephemeral_paths", ephemerals)
                .done();
    }

    /** As {@code envi} has it, in its order. */
    Map<String, String> environment() {
        Map<String, String> properties = machine.systemProperties();
        Map<String, String> found = new LinkedHashMap<>();
        found.put("zookeeper.version", Monitoring.VERSION);
        found.put("host.name", machine.hostName());
        for (String name : List.of(
                "java.version",
                "java.vendor",
                "java.home",
                "java.class.path",
                "java.library.path",
                "java.io.tmpdir",
                "java.compiler",
                "os.name",
                "os.arch",
                "os.version",
                "user.name",
                "user.home",
                "user.dir")) found.put(name, properties.getOrDefault(name, "<NA>"));
        found.put("os.memory.free", (machine.freeMemoryBytes() >> 20) + "MB");
        found.put("os.memory.max", (machine.maxMemoryBytes() >> 20) + "MB");
        found.put("os.memory.total", (machine.totalMemoryBytes() >> 20) + "MB");
        return found;
    }

    private void hash(Map<String, String> parameters, Values values) {
        Map<String, Object> digest = new LinkedHashMap<>();
        digest.put("zxid", Long.toHexString(keeper().lastZxid()));
        digest.put("digest", Long.toString(keeper().digest()));
        values.put("digests", List.of(digest)).done();
    }

    private void setTraceMask(Map<String, String> parameters, Values values) {
        String text = parameters.get("traceMask");
        if (text == null) {
            values.failed(OK, "setTraceMask requires long traceMask argument");
            return;
        }
        try {
            traceMask = Long.parseLong(text);
        } catch (NumberFormatException e) {
            values.failed(OK, "setTraceMask requires long traceMask argument, got " + text);
            return;
        }
        values.put("tracemask", traceMask).done();
    }

    /** @param brief of connections; empty for none of them */
    private void statistics(Values values, Optional<Boolean> brief) {
        machine.dataFiles(files -> {
            ServerStats stats = server.stats();
            Map<String, Object> response = new TreeMap<>();
            response.put("last_buffer_size", stats.lastResponseBytes);
            response.put("min_buffer_size", stats.minResponseBytes);
            response.put("max_buffer_size", stats.maxResponseBytes);
            Map<String, Object> of = new LinkedHashMap<>();
            of.put("packets_sent", stats.sent);
            of.put("packets_received", stats.received);
            of.put("client_response_stats", response);
            of.put("server_state", Monitoring.STATE);
            of.put("num_alive_client_connections", server.connections().size());
            of.put("auth_failed_count", stats.authFailures);
            of.put("fsync_threshold_exceed_count", stats.slowSyncs);
            of.put("non_mtlslocal_conn_count", stats.unencryptedLocal);
            of.put("non_mtlsremote_conn_count", stats.unencryptedRemote);
            of.put("min_latency", stats.minLatencyMs());
            of.put("avg_latency", stats.avgLatencyMs());
            of.put("max_latency", stats.maxLatencyMs());
            of.put("outstanding_requests", server.outstanding());
            of.put("last_processed_zxid", keeper().lastZxid());
            of.put("data_dir_size", files.snapshotBytes());
            of.put("log_dir_size", files.logBytes());
            of.put("uptime", monitoring.uptimeMs());
            of.put("provider_null", false);
            values.put("version", Monitoring.VERSION)
                    .put("read_only", false)
                    .put("server_stats", of)
                    .put("client_response", response)
                    .put("node_count", keeper().znodeCount());
            if (brief.isPresent())
                values.put("connections", connections(false, brief.get()))
                        .put("secure_connections", connections(true, brief.get()));
            values.done();
        });
    }

    private void watches(Map<String, String> parameters, Values values) {
        Map<String, Object> byId = new LinkedHashMap<>();
        server.words().sessionsToPaths().forEach((id, paths) -> byId.put(String.valueOf(id), paths));
        values.put("session_id_to_watched_paths", byId).done();
    }

    private void watchesByPath(Map<String, String> parameters, Values values) {
        values.put("path_to_session_ids", server.words().pathsToSessions()).done();
    }

    private void watchSummary(Map<String, String> parameters, Values values) {
        Watches.Summary summary = keeper().watches().summary();
        values.put("num_connections", summary.connections())
                .put("num_paths", summary.paths())
                .put("num_total_watches", summary.watches())
                .done();
    }
}
