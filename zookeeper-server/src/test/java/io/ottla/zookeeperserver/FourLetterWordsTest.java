package io.ottla.zookeeperserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.ClientRequest.Create;
import io.ottla.zookeeperprotocol.ClientRequest.Exists;
import io.ottla.zookeeperprotocol.OpCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The texts are those of 3.9.5, as it answers. */
class FourLetterWordsTest {
    private final TestPort port = new TestPort(ServerOptions.parse(Map.of("4lw.commands.whitelist", "*")));

    private static String ask(TestPort port, String word) {
        TestClient client = port.connection();
        client.raw(word.getBytes(StandardCharsets.ISO_8859_1));
        port.drain();
        return client.text();
    }

    private String ask(String word) {
        return ask(port, word);
    }

    @Test
    void onlyWhatTheWhitelistHasIsAnswered() {
        TestPort closed = new TestPort();
        assertThat(ask(closed, "ruok")).isEqualTo("ruok is not executed because it is not in the whitelist.\n[closed]");
        assertThat(ask(closed, "srvr")).startsWith("Zookeeper version: 3.9.5-");
        TestPort readOnly = new TestPort(
                ServerOptions.parse(Map.of("4lw.commands.whitelist", "ruok, mntr", "readonlymode.enabled", "true")));
        assertThat(ask(readOnly, "ruok")).isEqualTo("imok[closed]");
        assertThat(ask(readOnly, "isro")).isEqualTo("rw[closed]");
        assertThat(ask(readOnly, "wchp")).startsWith("wchp is not executed");
        assertThat(ask(readOnly, "abcd")).isEqualTo("[closed]");
    }

    @Test
    void statisticsAreAsProbesTakeThemApart() {
        TestClient client = port.client();
        client.ask(new Create(OpCode.CREATE, "/a", new byte[3], Acl.OPEN, 0, -1), new Exists("/a", true));
        String zxid = Long.toHexString(port.keeper.lastZxid());
        String version = "Zookeeper version: 3.9.5-ottla, built on 2026-01-01 00:00 UTC\n";
        assertThat(ask("srvr"))
                .isEqualTo(
                        version + "Latency min/avg/max: 0/0.0/0\nReceived: 4\nSent: 3\nConnections: 2\nOutstanding: 0\n"
                                + "Zxid: 0x" + zxid + "\nMode: standalone\nNode count: 5\n[closed]");
        assertThat(ask("stat"))
                .startsWith(version + "Clients:\n /10.0.0.1:50000[1](queued=0,recved=3,sent=3)\n"
                        + " /10.0.0.1:50002[0](queued=0,recved=1,sent=0)\n\nLatency min/avg/max: ");
        assertThat(ask("cons"))
                .startsWith(" /10.0.0.1:50000[1](queued=0,recved=3,sent=3,sid=0x" + Long.toHexString(client.sessionId)
                        + ",lop=EXIS,est=")
                .contains(",to=10000,lcxid=0x2,lzxid=0x" + zxid + ",lresp=")
                .endsWith(",minlat=0,avglat=0,maxlat=0)\n /10.0.0.1:50003[0](queued=0,recved=1,sent=0)\n\n[closed]");
        assertThat(ask("wchs")).isEqualTo("1 connections watching 1 paths\nTotal watches:1\n[closed]");
        String session = "0x" + Long.toHexString(client.sessionId);
        assertThat(ask("wchp")).isEqualTo("/a\n\t" + session + "\n\n[closed]");
        assertThat(ask("wchc")).isEqualTo(session + "\n\t/a\n\n[closed]");
        assertThat(ask("crst")).isEqualTo("Connection stats reset.\n[closed]");
        assertThat(ask("srst")).isEqualTo("Server stats reset.\n[closed]");
        assertThat(ask("srvr")).contains("\nReceived: 1\nSent: 1\n");
    }

    @Test
    void theOthersAreAnsweredToo() {
        assertThat(ask("dirs")).isEqualTo("datadir_size: 11\nlogdir_size: 22\n[closed]");
        assertThat(ask("conf")).contains("dataDirSize=11\n", "dataLogSize=22\n", "maxClientCnxns=60\n", "serverId=0\n");
        assertThat(ask("gtmk")).isEqualTo("306[closed]");
        assertThat(ask("stmk\0\0\0\0\0\0\0\7")).isEqualTo("7[closed]");
        assertThat(ask("gtmk")).isEqualTo("7[closed]");
        assertThat(ask("envi"))
                .startsWith("Environment:\nzookeeper.version=3.9.5-")
                .contains("\nhost.name=here\n");
        assertThat(ask("dump"))
                .startsWith("SessionTracker dump:\nSession Sets (0)/(0):\nephemeral nodes dump:\n"
                        + "Sessions with Ephemerals (0):\nConnections dump:\nConnections Sets (1)/(1):\n1 expire at ")
                .endsWith(" sessionId: 0x0\n[closed]");
        assertThat(ask("mntr"))
                .startsWith("zk_version\t3.9.5-ottla, built on 2026-01-01 00:00 UTC\nzk_server_state\tstandalone\n")
                .contains("\nzk_znode_count\t4\n", "\nzk_num_alive_connections\t1\n");
    }

    @Test
    void everyCommandOfTheAdminPortAnswers() {
        List<String> failed = new ArrayList<>();
        for (String name : port.server.commands().names()) {
            List<AdminCommands.Response> answers = new ArrayList<>();
            port.server.commands().run(TestPort.get(name), answers::add);
            assertThat(answers).as(name).hasSize(1);
            if (answers.getFirst().error().isPresent()) failed.add(name);
            assertThat(answers.getFirst().command()).isEqualTo(name);
        }
        assertThat(failed).containsExactly("leader", "restore", "set_trace_mask", "snapshot");
        List<AdminCommands.Response> answers = new ArrayList<>();
        port.server.commands().run(TestPort.get("srvr"), answers::add);
        port.server.commands().run(TestPort.get("nothing"), answers::add);
        port.server.commands().run(TestPort.get("lsnp"), answers::add);
        assertThat(answers.get(0).command()).isEqualTo("server_stats");
        assertThat(answers.get(0).values()).containsEntry("node_count", 4);
        assertThat(answers.get(1).error()).contains("Unknown command: nothing");
        assertThat(answers.get(2).values()).isEqualTo(Map.of("zxid", "33", "timestamp", 44L));
    }

    @Test
    void prometheusReadsTheSameNumbers() {
        TestPort port = new TestPort();
        TestClient client = port.client();
        assertThat(client).isNotNull();
        String text = port.server.commands().prometheus();
        assertThat(text.lines())
                .contains(
                        "# TYPE znode_count gauge",
                        "znode_count 4.0",
                        "num_alive_connections 1.0",
                        "# TYPE fsynctime summary",
                        "fsynctime{quantile=\"0.99\",} 0.0")
                .anyMatch(line -> line.matches("fsynctime_count [1-9]\\d*\\.0"))
                .noneMatch(line -> line.startsWith("avg_fsynctime") || line.contains("standalone"))
                .allMatch(
                        line -> line.matches(
                                "# TYPE [a-z_0-9]+ (gauge|counter|summary)|[a-z_0-9]+(\\{[a-z]+=\"[a-z0-9.]+\",})? -?[0-9.E]+"));
    }

    /** What the original's provider prints of the same names, with the original's ServerMetrics and registerMetrics. */
    @Test
    void typesAreTheOriginals() {
        Map<String, String> types = new TreeMap<>();
        new TestPort().server.commands().prometheus().lines().forEach(line -> {
            String[] words = line.split(" ", -1);
            if (words[0].equals("#")) types.merge(words[3], words[2], (all, more) -> all + " " + more);
        });
        assertThat(types.keySet()).containsExactly("counter", "gauge", "summary");
        assertThat(types.get("counter").split(" "))
                .containsExactlyInAnyOrder(("bytes_received_count connection_drop_count connection_rejected"
                                + " connection_request_count connection_revalidate_count digest_mismatches_count fsync_threshold_exceed_count"
                                + " large_requests_rejected request_throttle_wait_count response_bytes restore_error_count"
                                + " restore_rate_limited_count sessionless_connections_expired snapshot_error_count snapshot_rate_limited_count"
                                + " stale_requests_dropped stale_sessions_expired throttled_ops watch_bytes")
                        .split(" "));
        assertThat(types.get("gauge").split(" "))
                .containsExactlyInAnyOrder(("approximate_data_size auth_failed_count avg_latency"
                                + " connection_drop_probability ephemerals_count global_sessions last_client_response_size local_sessions"
                                + " max_client_response_size max_file_descriptor_count max_latency min_client_response_size min_latency"
                                + " non_mtls_local_conn_count non_mtls_remote_conn_count num_alive_connections open_file_descriptor_count"
                                + " outstanding_requests outstanding_tls_handshake packets_received packets_sent uptime watch_count znode_count")
                        .split(" "));
        assertThat(types.get("summary").split(" "))
                .containsExactlyInAnyOrder(("dbinittime fsynctime readlatency restore_time snapshottime"
                                + " startup_txns_loaded sync_processor_batch_size updatelatency")
                        .split(" "));
    }
}
