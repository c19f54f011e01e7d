package io.ottla.zookeeperserver;

import io.ottla.keeper.Keeper;
import io.ottla.keeper.watch.Watches;
import io.ottla.zookeeperprotocol.FourLetterWord;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The answers to four-letter words, in the original's texts (package server.command), since probes take them apart. */
final class FourLetterWords {
    private final ZookeeperServer server;
    private final Machine machine;

    FourLetterWords(ZookeeperServer server, Machine machine) {
        this.server = server;
        this.machine = machine;
    }

    /** @param body what came behind the word */
    void answer(FourLetterWord word, ByteBuffer body, Consumer<String> answer) {
        if (!server.options().whitelist().contains(word)) {
            answer.accept(word.word() + " is not executed because it is not in the whitelist.\n");
            return;
        }
        switch (word) {
            case CONF -> machine.dataFiles(files -> answer.accept(conf(files)));
            case DIRS ->
                machine.dataFiles(files -> answer.accept(
                        "datadir_size: " + files.snapshotBytes() + "\nlogdir_size: " + files.logBytes() + "\n"));
            case CONS -> answer.accept(connections(false) + "\n");
            case CRST -> {
                server.commands().resetConnections();
                answer.accept("Connection stats reset.\n");
            }
            case DUMP -> answer.accept(dump());
            case ENVI -> answer.accept(environment());
            case GTMK -> answer.accept(String.valueOf(server.commands().traceMask()));
            case STMK -> {
                long mask = body.getLong(body.position());
                server.commands().traceMask(mask);
                answer.accept(String.valueOf(mask));
            }
            case RUOK -> answer.accept("imok");
            case SRST -> {
                server.stats().reset();
                answer.accept("Server stats reset.\n");
            }
            case SRVR -> answer.accept(version() + statistics());
            case STAT -> answer.accept(version() + "Clients:\n" + connections(true) + "\n" + statistics());
            case WCHC -> answer.accept(watchesByConnection());
            case WCHP -> answer.accept(watchesByPath());
            case WCHS -> answer.accept(watchSummary());
            case MNTR -> answer.accept(monitor());
            case ISRO -> answer.accept("rw");
            case HASH -> answer.accept(Long.toHexString(keeper().lastZxid()) + ": " + keeper().digest() + "\n");
        }
    }

    private Keeper keeper() {
        return server.keeper();
    }

    private static String version() {
        return "Zookeeper version: " + Monitoring.VERSION + "\n";
    }

    private String statistics() {
        ServerStats stats = server.stats();
        return "Latency min/avg/max: " + stats.minLatencyMs() + "/" + stats.avgLatencyMs() + "/" + stats.maxLatencyMs()
                + "\nReceived: " + stats.received
                + "\nSent: " + stats.sent
                + "\nConnections: " + server.connections().size()
                + "\nOutstanding: " + server.outstanding()
                + "\nZxid: 0x" + Long.toHexString(keeper().lastZxid())
                + "\nMode: " + Monitoring.STATE
                + "\nNode count: " + keeper().znodeCount() + "\n";
    }

    private String conf(Machine.DataFiles files) {
        ServerOptions.Described described = server.options().described();
        return "clientPort=" + described.clientPort()
                + "\nsecureClientPort=" + described.secureClientPort()
                + "\ndataDir=" + described.dataDir()
                + "\ndataDirSize=" + files.snapshotBytes()
                + "\ndataLogDir=" + described.dataLogDir()
                + "\ndataLogSize=" + files.logBytes()
                + "\ntickTime=" + described.tickTimeMs()
                + "\nmaxClientCnxns=" + described.maxClientCnxns()
                + "\nminSessionTimeout=" + described.minSessionTimeoutMs()
                + "\nmaxSessionTimeout=" + described.maxSessionTimeoutMs()
                + "\nclientPortListenBacklog=" + described.backlog()
                + "\nserverId=" + described.serverId() + "\n";
    }

    private String connections(boolean brief) {
        StringBuilder text = new StringBuilder();
        for (ClientConnection client : server.connections()) {
            ConnectionStats stats = client.stats();
            text.append(' ').append(client.connection().remote());
            text.append('[').append(client.isReading() ? "1" : "0");
            text.append("](queued=").append(client.queue().size());
            text.append(",recved=").append(stats.received);
            text.append(",sent=").append(stats.sent);
            if (!brief && client.sessionId() != 0) detail(client, stats, text);
            text.append(")\n");
        }
        return text.toString();
    }

    private static void detail(ClientConnection client, ConnectionStats stats, StringBuilder text) {
        text.append(",sid=0x").append(Long.toHexString(client.sessionId()));
        text.append(",lop=").append(stats.lastOperation);
        text.append(",est=").append(stats.establishedMs);
        text.append(",to=").append(client.timeoutMs());
        if (stats.lastCxid >= 0) text.append(",lcxid=0x").append(Long.toHexString(stats.lastCxid));
        text.append(",lzxid=0x").append(Long.toHexString(stats.lastZxid));
        text.append(",lresp=").append(stats.lastResponseMs);
        text.append(",llat=").append(stats.lastLatencyMs);
        text.append(",minlat=").append(stats.minLatencyMs());
        text.append(",avglat=").append(stats.avgLatencyMs());
        text.append(",maxlat=").append(stats.maxLatencyMs);
    }

    private String dump() {
        SortedMap<Long, List<Long>> byExpiry = keeper().sessionsByExpiry();
        int sessions = byExpiry.values().stream().mapToInt(List::size).sum();
        StringBuilder text = new StringBuilder("SessionTracker dump:\nSession Sets (");
        text.append(byExpiry.size()).append(")/(").append(sessions).append("):\n");
        long wallMs = server.nowMs() - server.monotonicMs();
        byExpiry.forEach((expiresMs, ids) -> {
            text.append(ids.size()).append(" expire at ").append(new Date(wallMs + expiresMs));
            text.append(":\n");
            for (long id : ids) text.append("\t0x").append(Long.toHexString(id)).append('\n');
        });
        SortedMap<Long, List<String>> ephemerals = keeper().ephemeralsBySession();
        text.append("ephemeral nodes dump:\nSessions with Ephemerals (");
        text.append(ephemerals.size()).append("):\n");
        ephemerals.forEach((id, paths) -> {
            text.append("0x").append(Long.toHexString(id)).append(":\n");
            for (String path : paths) text.append('\t').append(path).append('\n');
        });
        text.append("Connections dump:\nConnections Sets (");
        SortedMap<Long, List<ClientConnection>> connections = connectionsByExpiry(byExpiry);
        text.append(connections.size())
                .append(")/(")
                .append(server.connections().size())
                .append("):\n");
        connections.forEach((expiresMs, clients) -> {
            text.append(clients.size())
                    .append(" expire at ")
                    .append(new Date(wallMs + expiresMs))
                    .append(":\n");
            for (ClientConnection client : clients)
                text.append("\tip: ")
                        .append(client.connection().remote())
                        .append(" sessionId: 0x")
                        .append(Long.toHexString(client.sessionId()))
                        .append('\n');
        });
        return text.toString();
    }

    /** A connection goes with its session; one without is given some time from now. */
    private SortedMap<Long, List<ClientConnection>> connectionsByExpiry(SortedMap<Long, List<Long>> sessions) {
        Map<Long, Long> expiryOf = new HashMap<>();
        sessions.forEach((expiresMs, ids) -> ids.forEach(id -> expiryOf.put(id, expiresMs)));
        long withoutMs = server.monotonicMs() + server.options().limits().connectMsMax();
        SortedMap<Long, List<ClientConnection>> found = new TreeMap<>();
        for (ClientConnection client : server.connections())
            found.computeIfAbsent(expiryOf.getOrDefault(client.sessionId(), withoutMs), absent -> new ArrayList<>())
                    .add(client);
        return found;
    }

    private String environment() {
        StringBuilder text = new StringBuilder("Environment:\n");
        server.commands()
                .environment()
                .forEach((key, value) ->
                        text.append(key).append('=').append(value).append('\n'));
        return text.toString();
    }

    private String watchSummary() {
        Watches.Summary summary = keeper().watches().summary();
        return summary.connections() + " connections watching " + summary.paths() + " paths\nTotal watches:"
                + summary.watches() + "\n";
    }

    private String watchesByPath() {
        StringBuilder text = new StringBuilder();
        pathsToSessions().forEach((path, ids) -> {
            text.append(path).append('\n');
            for (long id : ids) text.append("\t0x").append(Long.toHexString(id)).append('\n');
        });
        return text.append('\n').toString();
    }

    private String watchesByConnection() {
        StringBuilder text = new StringBuilder();
        sessionsToPaths().forEach((id, paths) -> {
            text.append("0x").append(Long.toHexString(id)).append('\n');
            for (String path : paths) text.append('\t').append(path).append('\n');
        });
        return text.append('\n').toString();
    }

    Map<String, List<Long>> pathsToSessions() {
        Map<String, List<Long>> found = new TreeMap<>();
        keeper().watches().forEach((watcher, path) -> {
            if (watcher instanceof ClientConnection client)
                found.computeIfAbsent(path, absent -> new ArrayList<>()).add(client.sessionId());
        });
        return found;
    }

    Map<Long, List<String>> sessionsToPaths() {
        Map<Long, List<String>> found = new LinkedHashMap<>();
        keeper().watches().forEach((watcher, path) -> {
            if (watcher instanceof ClientConnection client)
                found.computeIfAbsent(client.sessionId(), absent -> new ArrayList<>())
                        .add(path);
        });
        return found;
    }

    private String monitor() {
        StringBuilder text = new StringBuilder();
        server.commands()
                .monitoring()
                .values()
                .forEach((key, value) -> text.append("zk_")
                        .append(key)
                        .append('\t')
                        .append(value)
                        .append('\n'));
        return text.toString();
    }
}
