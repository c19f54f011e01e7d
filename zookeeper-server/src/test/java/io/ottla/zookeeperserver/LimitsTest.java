package io.ottla.zookeeperserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.keeper.api.KeeperOptions;
import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.ClientRequest;
import io.ottla.zookeeperprotocol.ClientRequest.AddWatch;
import io.ottla.zookeeperprotocol.ClientRequest.Create;
import io.ottla.zookeeperprotocol.ClientRequest.Exists;
import io.ottla.zookeeperprotocol.ClientRequest.GetData;
import io.ottla.zookeeperprotocol.ClientRequest.MultiRead;
import io.ottla.zookeeperprotocol.ClientRequest.Read;
import io.ottla.zookeeperprotocol.ClientRequest.SetData;
import io.ottla.zookeeperprotocol.OpCode;
import io.ottla.zookeeperserver.ServerOptions.Limits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What one client may take, and that the others do not feel it. */
class LimitsTest {
    private static final Limits STANDARD = Limits.DEFAULT;

    private static TestPort port(Limits limits) {
        ServerOptions standard = ServerOptions.DEFAULT;
        return new TestPort(new ServerOptions(
                standard.packetBytesMax(),
                limits,
                standard.authentication(),
                standard.whitelist(),
                false,
                standard.connecting(),
                standard.slowSyncMs(),
                standard.backups(),
                standard.described()));
    }

    private static Limits limits(int outstanding, int perConnection, int throttled) {
        return new Limits(
                outstanding,
                perConnection,
                STANDARD.outstandingBytesPerConnectionMax(),
                STANDARD.outstandingBytesMax(),
                throttled,
                STANDARD.largeRequestBytes(),
                STANDARD.largeRequestsBytesMax(),
                STANDARD.unsentBytesMax(),
                STANDARD.notificationBytesMax(),
                STANDARD.connectMsMax());
    }

    private static Create create(String path, int bytes) {
        return new Create(OpCode.CREATE, path, new byte[bytes], Acl.OPEN, 0, -1);
    }

    private static SetData set(String path, int bytes) {
        return new SetData(path, new byte[bytes], -1);
    }

    @Test
    void whoHasTooManyUnansweredIsNotReadFrom() {
        TestPort port = port(limits(1000, 3, 0));
        TestClient a = port.client();
        TestClient b = port.client();
        a.send(create("/a", 1), set("/a", 1), set("/a", 1), set("/a", 1), set("/a", 1));
        assertThat(a.reading).isFalse();
        assertThat(port.server.outstanding()).isEqualTo(3);
        b.send(new Exists("/", false));
        port.world.turn();
        assertThat(b.told()).containsExactly("1 v0");
        port.drain();
        assertThat(a.told()).containsExactly("1 /a", "2 v1", "3 v2", "4 v3", "5 v4");
        assertThat(a.reading).isTrue();
    }

    @Test
    void withTooManyInAllEachMayHaveOne() {
        TestPort port = port(limits(2, 1000, 0));
        TestClient a = port.client();
        TestClient b = port.client();
        a.send(create("/a", 1), set("/a", 1), set("/a", 1), set("/a", 1));
        assertThat(port.server.outstanding()).isEqualTo(3);
        b.send(create("/b", 1), set("/b", 1));
        assertThat(port.server.outstanding()).isEqualTo(4);
        port.drain();
        assertThat(a.told()).containsExactly("1 /a", "2 v1", "3 v2", "4 v3");
        assertThat(b.told()).containsExactly("1 /b", "2 v1");
        assertThat(port.server.outstanding()).isZero();
    }

    @Test
    void throttledRequestsWaitInLineAndKeepTheirOrder() {
        TestPort port = port(limits(1000, 1000, 2));
        TestClient a = port.client();
        TestClient b = port.client();
        a.send(create("/a", 1), set("/a", 1), set("/a", 1), new GetData("/a", false), set("/a", 2));
        b.send(create("/b", 1), new GetData("/b", false));
        assertThat(port.server.outstanding()).isEqualTo(2);
        port.drain();
        assertThat(a.told()).hasSize(5).startsWith("1 /a", "2 v1", "3 v2").endsWith("5 v3");
        assertThat(b.told()).hasSize(2).startsWith("1 /b");
        assertThat(port.server.outstanding()).isZero();
    }

    @Test
    void whoLeavesTheLineLeavesNothingInIt() {
        TestPort port = port(limits(1000, 1000, 1));
        TestClient a = port.client();
        TestClient b = port.client();
        a.send(create("/a", 1));
        b.send(create("/b", 1), set("/b", 1));
        assertThat(port.server.line().size()).isEqualTo(1);
        b.hangUp();
        assertThat(port.server.line().size()).isZero();
        assertThat(port.server.stats().staleRequestsDropped)
                .as("the second was not even read")
                .isEqualTo(1);
        port.drain();
        assertThat(a.told()).containsExactly("1 /a");
    }

    @Test
    void whoComesAndGoesIsForgottenThoughAnotherIsSilent() {
        TestPort port = port(STANDARD);
        TestClient silent = port.connection();
        assertThat(silent).isNotNull();
        for (int i = 0; i < 100; i++) port.connection().hangUp();
        port.drain();
        assertThat(port.server.awaited()).isEqualTo(1);
    }

    @Test
    void whoDoesNotTakeItsRepliesIsNotServedOn() {
        TestPort port = port(STANDARD);
        TestClient a = port.client();
        TestClient b = port.client();
        a.ask(create("/a", 1_000_000));
        a.takes(false);
        GetData[] gets = Collections.nCopies(100, new GetData("/a", false)).toArray(GetData[]::new);
        a.send(gets);
        port.drain();
        assertThat(a.unsentBytes()).isLessThan(6_000_000);
        assertThat(b.ask(new Exists("/a", false))).containsExactly("1 v0");
        a.takes(true);
        port.drain();
        assertThat(a.told()).hasSize(100);
    }

    @Test
    void whereManyDoNotTakeTheirRepliesEachHasAShare() {
        Limits tight = new Limits(1000, 1000, 4 << 20, 32 << 20, 0, -1, 1 << 20, 5_000_000, 32 << 20, 10_000);
        TestPort port = port(tight);
        port.client().ask(create("/a", 900_000));
        List<TestClient> slow = new ArrayList<>();
        GetData[] gets = Collections.nCopies(20, new GetData("/a", false)).toArray(GetData[]::new);
        for (int i = 0; i < 20; i++) {
            TestClient client = port.client();
            client.takes(false);
            client.send(gets);
            slow.add(client);
        }
        port.drain();
        // the first took what there was, then each one reply
        assertThat(slow.stream().mapToLong(TestClient::unsentBytes).sum()).isLessThan(5_900_000 + 20 * 901_000);
        assertThat(port.client().ask(new Exists("/a", false))).containsExactly("1 v0");
        for (TestClient client : slow) client.takes(true);
        port.drain();
        for (TestClient client : slow) assertThat(client.told()).hasSize(20);
    }

    @Test
    void whoDoesNotTakeItsNotificationsIsCutOff() {
        Limits tight = new Limits(
                STANDARD.outstandingMax(),
                STANDARD.outstandingPerConnectionMax(),
                STANDARD.outstandingBytesPerConnectionMax(),
                STANDARD.outstandingBytesMax(),
                0,
                -1,
                STANDARD.largeRequestsBytesMax(),
                STANDARD.unsentBytesMax(),
                10_000,
                STANDARD.connectMsMax());
        TestPort port = port(tight);
        TestClient watching = port.client();
        TestClient busy = port.client();
        watching.ask(new AddWatch("/", 1));
        watching.takes(false);
        busy.ask(create("/n", 1));
        for (int i = 0; i < 1000; i++) busy.ask(set("/n", 1));
        assertThat(watching.closed).isTrue();
        assertThat(watching.unsentBytes()).isLessThan(11_000);
        assertThat(port.keeper.watches().count()).isZero();
        TestClient back = port.connection();
        back.connect(watching.sessionId, watching.password, 10_000, 0);
        port.drain();
        assertThat(back.opened()).startsWith("opened");
    }

    @Test
    void aSmallRequestForFarTooMuchClosesTheConnection() {
        TestPort port = port(STANDARD);
        TestClient a = port.client();
        a.ask(create("/a", 1_000_000));
        List<Read> reads = new ArrayList<>(Collections.nCopies(1000, new GetData("/a", false)));
        assertThat(a.ask(new MultiRead(reads))).containsExactly("closed");
    }

    /** So many large writes at once as there is never room for: they wait, most of them with their clients, and all are done. */
    @Test
    void whatThereIsNoRoomForWaitsAndNobodyIsRefused() {
        TestPort port = port(bytes(200_000));
        List<TestClient> clients = new ArrayList<>();
        TestClient other = port.client();
        for (int i = 0; i < 50; i++) clients.add(port.client());
        for (int i = 0; i < 50; i++) clients.get(i).send(create("/n" + i, 90_000));
        assertThat(port.server.outstanding()).isEqualTo(2);
        assertThat(port.server.line().size()).isEqualTo(3);
        assertThat(clients).noneMatch(client -> client.reading);
        port.drain();
        for (int i = 0; i < 50; i++) assertThat(clients.get(i).told()).containsExactly("1 /n" + i);
        assertThat(clients).allMatch(client -> client.reading);
        assertThat(other.ask(new Exists("/n49", false))).containsExactly("1 v0");
        assertThat(port.server.outstanding()).isZero();
        assertThat(port.server.line().size()).isZero();
        assertThat(port.server.stats().throttledOps).isZero();
    }

    @Test
    void whileLargeOnesWaitSmallOnesPass() {
        TestPort port = port(bytes(200_000));
        TestClient a = port.client();
        TestClient b = port.client();
        TestClient c = port.client();
        a.send(create("/a", 150_000));
        b.send(create("/b", 150_000), set("/b", 1));
        assertThat(port.server.line().size()).isEqualTo(1);
        c.send(new Exists("/", false), create("/c", 10));
        port.world.turn();
        assertThat(c.told()).containsExactly("1 v0");
        port.drain();
        assertThat(c.told()).containsExactly("2 /c");
        assertThat(a.told()).containsExactly("1 /a");
        assertThat(b.told()).containsExactly("1 /b", "2 v1");
    }

    @Test
    void whoGoesWhileNobodyIsReadFromMakesRoom() {
        TestPort port = port(bytes(200_000));
        List<TestClient> clients = new ArrayList<>();
        for (int i = 0; i < 10; i++) clients.add(port.client());
        for (int i = 0; i < 10; i++) clients.get(i).send(create("/n" + i, 90_000));
        for (int i = 2; i < 10; i++) clients.get(i).hangUp();
        port.drain();
        assertThat(clients.get(0).told()).containsExactly("1 /n0");
        assertThat(port.client().ask(create("/large", 90_000))).containsExactly("1 /large");
    }

    private static Limits bytes(long outstandingBytesMax) {
        return new Limits(
                STANDARD.outstandingMax(),
                STANDARD.outstandingPerConnectionMax(),
                STANDARD.outstandingBytesPerConnectionMax(),
                outstandingBytesMax,
                STANDARD.throttledRequestsMax(),
                STANDARD.largeRequestBytes(),
                STANDARD.largeRequestsBytesMax(),
                STANDARD.unsentBytesMax(),
                STANDARD.notificationBytesMax(),
                STANDARD.connectMsMax());
    }

    /** A code that clients of all ages know; reads are served, and it goes on by itself. */
    @Test
    void onAFullDiskWritesAreRefusedUntilThereIsRoom() {
        TestPort port = port(STANDARD);
        TestClient a = port.client();
        a.ask(create("/a", 1), new AddWatch("/b", 0));
        port.world.capacityBytes = 0;
        assertThat(a.ask(create("/b", 600_000))).containsExactly("3 OPERATION_TIMEOUT");
        a.send(create("/b", 600_000), new Exists("/a", false), new ClientRequest.Sync("/"));
        port.drain();
        assertThat(a.told()).isEmpty();
        port.world.pass(100);
        assertThat(a.told()).containsExactly("4 OPERATION_TIMEOUT", "5 v0", "6 /");
        port.world.capacityBytes = Long.MAX_VALUE;
        port.world.pass(100);
        assertThat(a.ask(create("/b", 600_000))).hasSize(2).last().isEqualTo("7 /b");
        assertThat(port.server.stats().throttledOps).isEqualTo(2);
    }

    @Test
    void oneWatchTooManyIsRefusedInAWordThatAllKnow() {
        TestPort port = new TestPort(
                ServerOptions.DEFAULT, KeeperOptions.DEFAULT.within(io.ottla.base.Limits.of(64 << 10, 1 << 20)));
        TestClient a = port.client();
        String path = "/" + "w".repeat(1000);
        List<String> told = new ArrayList<>();
        for (int i = 0; i < 20; i++) told.addAll(a.ask(new Exists(path + i, true)));
        assertThat(told).startsWith("1 NO_NODE").endsWith("20 SYSTEM_ERROR");
        assertThat(a.ask(new Exists(path, false))).containsExactly("21 NO_NODE");
    }

    @Test
    void tooManyLargeRequestsAtATimeAreRefused() {
        TestPort port = port(new Limits(1000, 1000, 1 << 20, 1 << 20, 0, 1000, 25_000, 1 << 20, 1 << 20, 10_000));
        TestClient a = port.client();
        TestClient b = port.client();
        assertThat(a.ask(create("/a", 10_000))).containsExactly("1 /a");
        a.send(set("/a", 10_000), set("/a", 10_000), set("/a", 10_000));
        b.send(create("/b", 10));
        port.drain();
        assertThat(a.told()).containsExactly("closed");
        assertThat(b.told()).containsExactly("1 /b");
        assertThat(port.server.stats().largeRequestsRejected).isEqualTo(1);
    }

    @Test
    void whoSaysNothingIsSentAway() {
        TestPort port = port(STANDARD);
        TestClient silent = port.connection();
        TestClient talking = port.client();
        port.world.pass(5_000);
        TestClient later = port.connection();
        port.world.pass(5_500);
        port.drain();
        assertThat(silent.closed).isTrue();
        assertThat(later.closed).isFalse();
        assertThat(talking.closed).isFalse();
        port.world.pass(10_000);
        port.drain();
        assertThat(later.closed).isTrue();
    }

    @Test
    void whoeverConnectsTakesATokenAndTheyComeBack() {
        ServerOptions options = ServerOptions.parse(Map.of(
                "connection_throttle_tokens", "3",
                "connection_throttle_fill_time", "1000",
                "connection_throttle_fill_count", "2"));
        TestPort port = new TestPort(options);
        List<String> answers = new ArrayList<>();
        for (int i = 0; i < 5; i++) answers.add(connect(port));
        assertThat(answers)
                .containsExactly(
                        "opened 10000 readOnly=false",
                        "opened 10000 readOnly=false",
                        "opened 10000 readOnly=false",
                        "closed",
                        "closed");
        port.world.pass(1000);
        for (int i = 0; i < 3; i++) answers.add(connect(port));
        assertThat(answers.subList(5, 8))
                .containsExactly("opened 10000 readOnly=false", "opened 10000 readOnly=false", "closed");
        assertThat(port.server.stats().rejected).isEqualTo(3);
    }

    private static String connect(TestPort port) {
        TestClient client = port.connection();
        client.connect(0, new byte[16], 10_000, 0);
        port.drain();
        return client.opened();
    }

    @Test
    void sessionsAreCounted() {
        ServerOptions standard = ServerOptions.DEFAULT;
        TestPort port = new TestPort(new ServerOptions(
                standard.packetBytesMax(),
                standard.limits(),
                standard.authentication(),
                standard.whitelist(),
                false,
                new ServerOptions.Connecting(0, 1, 1, 3),
                standard.slowSyncMs(),
                standard.backups(),
                standard.described()));
        // the broker's own is one
        TestClient first = port.client();
        assertThat(connect(port)).startsWith("opened");
        assertThat(connect(port)).isEqualTo("closed");
        first.hangUp();
        TestClient back = port.connection();
        back.connect(first.sessionId, first.password, 10_000, 0);
        port.drain();
        assertThat(back.opened()).as("who has a session comes back").startsWith("opened");
    }

    @Test
    void whatComesBeforeTheSessionIsOpenWaitsForIt() {
        TestPort port = port(STANDARD);
        TestClient a = port.connection();
        a.connect(0, new byte[16], 10_000, 0);
        a.send(create("/early", 1), new Exists("/early", false));
        port.drain();
        assertThat(a.opened()).startsWith("opened");
        assertThat(a.told()).containsExactly("1 /early", "2 v0");
    }

    @Test
    void whatIsLeftOfAConnectionIsNothing() {
        TestPort port = port(STANDARD);
        for (int i = 0; i < 100; i++) {
            TestClient a = port.client();
            ClientRequest[] requests = {new AddWatch("/", 1), set("/", 10), set("/", 10), new GetData("/", false)};
            a.send(requests);
            a.hangUp();
        }
        port.drain();
        assertThat(port.server.connections()).isEmpty();
        assertThat(port.server.outstanding()).isZero();
        assertThat(port.keeper.watches().count()).isZero();
    }

    @Test
    void slowSyncsAreCounted() {
        ServerStats stats = new ServerStats(() -> 0, 500);
        stats.synced(3, 500);
        assertThat(stats.slowSyncs).isZero();
        for (int i = 0; i < 100; i++) stats.synced(1, 501);
        assertThat(stats.slowSyncs).isEqualTo(100);
        assertThat(stats.syncs.count()).isEqualTo(101);
    }
}
