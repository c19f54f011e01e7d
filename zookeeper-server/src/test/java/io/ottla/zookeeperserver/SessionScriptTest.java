package io.ottla.zookeeperserver;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.ClientRequest;
import io.ottla.zookeeperprotocol.ClientRequest.AddWatch;
import io.ottla.zookeeperprotocol.ClientRequest.Check;
import io.ottla.zookeeperprotocol.ClientRequest.CheckWatches;
import io.ottla.zookeeperprotocol.ClientRequest.CloseSession;
import io.ottla.zookeeperprotocol.ClientRequest.Delete;
import io.ottla.zookeeperprotocol.ClientRequest.Exists;
import io.ottla.zookeeperprotocol.ClientRequest.GetAcl;
import io.ottla.zookeeperprotocol.ClientRequest.GetAllChildrenNumber;
import io.ottla.zookeeperprotocol.ClientRequest.GetChildren;
import io.ottla.zookeeperprotocol.ClientRequest.GetData;
import io.ottla.zookeeperprotocol.ClientRequest.GetEphemerals;
import io.ottla.zookeeperprotocol.ClientRequest.Multi;
import io.ottla.zookeeperprotocol.ClientRequest.MultiRead;
import io.ottla.zookeeperprotocol.ClientRequest.Ping;
import io.ottla.zookeeperprotocol.ClientRequest.Reconfig;
import io.ottla.zookeeperprotocol.ClientRequest.RemoveWatches;
import io.ottla.zookeeperprotocol.ClientRequest.SetAcl;
import io.ottla.zookeeperprotocol.ClientRequest.SetData;
import io.ottla.zookeeperprotocol.ClientRequest.SetWatches;
import io.ottla.zookeeperprotocol.ClientRequest.Sync;
import io.ottla.zookeeperprotocol.ClientRequest.Unserved;
import io.ottla.zookeeperprotocol.ClientRequest.WhoAmI;
import io.ottla.zookeeperprotocol.ConnectRequest;
import io.ottla.zookeeperprotocol.OpCode;
import io.ottla.zookeeperprotocol.Xid;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients ask and are told, packet by packet. A line is {@code xid answer}, or {@code event type path}. */
class SessionScriptTest {
    private final TestPort port = new TestPort();

    private static byte[] data(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static ClientRequest.Create create(String path, String text) {
        return new ClientRequest.Create(OpCode.CREATE, path, data(text), Acl.OPEN, 0, -1);
    }

    private static ClientRequest.Create create(String path, int flags) {
        return new ClientRequest.Create(OpCode.CREATE, path, data(""), Acl.OPEN, flags, -1);
    }

    @Test
    void everyRequestHasItsAnswer() {
        TestClient a = port.client();
        assertThat(a.ask(
                        create("/a", "one"),
                        new ClientRequest.Create(OpCode.CREATE2, "/a/b", null, Acl.OPEN, 0, -1),
                        new ClientRequest.Create(OpCode.CREATE_CONTAINER, "/c", data("x"), Acl.OPEN, 4, -1),
                        new ClientRequest.Create(OpCode.CREATE_TTL, "/t", data("x"), Acl.OPEN, 5, 1000),
                        create("/a/e-", 3),
                        new Exists("/a", false),
                        new Exists("/nowhere", false),
                        new GetData("/a", false),
                        new GetData("/a/b", false),
                        new SetData("/a", data("two"), 0),
                        new SetData("/a", data("three"), 0),
                        new GetData("/a", false),
                        new GetChildren(OpCode.GET_CHILDREN, "/a", false),
                        new GetChildren(OpCode.GET_CHILDREN2, "/a", false),
                        new GetAllChildrenNumber("/a"),
                        new GetEphemerals("/"),
                        new GetAcl("/a"),
                        new SetAcl("/a", Acl.READ_ONLY, -1),
                        new SetData("/a", data("four"), -1),
                        new Delete("/a/b", -1),
                        new Sync("/a"),
                        new WhoAmI(),
                        new Reconfig("", "", "server.1=x", -1)))
                .containsExactly(
                        "1 /a",
                        "2 /a/b v0",
                        "3 /c v0",
                        "4 UNIMPLEMENTED",
                        "5 /a/e-0000000001",
                        "6 v0",
                        "7 NO_NODE",
                        "8 'one' v0",
                        "9 none v0",
                        "10 v1",
                        "11 BAD_VERSION",
                        "12 'two' v1",
                        "13 [b, e-0000000001]",
                        "14 [b, e-0000000001] c2",
                        "15 2",
                        "16 [/a/e-0000000001]",
                        "17 [Acl[perms=31, scheme=world, id=anyone]]",
                        "18 v1",
                        "19 NO_AUTH",
                        "20 NO_AUTH",
                        "21 /a",
                        "22 [ip:10.0.0.1]",
                        "23 RECONFIG_DISABLED");
    }

    @Test
    void aSessionsReadsWaitForItsOwnWritesAndNobodyElses() {
        TestClient a = port.client();
        TestClient b = port.client();
        a.send(create("/a", "1"), new GetData("/a", false), new SetData("/a", data("2"), -1), new GetData("/a", false));
        b.send(new Exists("/", false));
        port.world.turn();
        assertThat(a.told()).as("the disk has not written").isEmpty();
        assertThat(b.told()).containsExactly("1 v0");
        port.drain();
        assertThat(a.told()).containsExactly("1 /a", "2 '1' v0", "3 v1", "4 '2' v1");
    }

    @Test
    void aPingWaitsForNobody() {
        TestClient a = port.client();
        a.send(create("/a", "1"));
        a.send(Xid.PING, new Ping());
        port.world.turn();
        assertThat(a.told()).containsExactly("-2 ok");
    }

    @Test
    void repliesOfOneTurnLeaveInOnePiece() {
        TestClient a = port.client();
        a.ask(create("/a", "1"));
        int before = a.sends;
        GetData[] gets = new GetData[50];
        java.util.Arrays.setAll(gets, i -> new GetData("/a", false));
        assertThat(a.ask(gets)).hasSize(50);
        assertThat(a.sends - before).isEqualTo(1);
    }

    @Test
    void aMultiIsAllOrNothing() {
        TestClient a = port.client();
        assertThat(a.ask(
                        new Multi(List.of(
                                create("/m", "1"),
                                new ClientRequest.Create(OpCode.CREATE2, "/m/n", data("2"), Acl.OPEN, 0, -1),
                                new SetData("/m", data("3"), 0),
                                new Check("/m", 1),
                                new Delete("/m/n", 0))),
                        new Multi(List.of(
                                create("/o", "1"), new Check("/m", 7), new Delete("/m", -1), new Delete("/o", -1))),
                        new Multi(List.of()),
                        new MultiRead(List.of(
                                new GetData("/m", false),
                                new GetChildren(OpCode.GET_CHILDREN, "/m", false),
                                new GetData("/o", false)))))
                .containsExactly(
                        "1 [/m, /m/n v0, v1, done, done]",
                        "2 [OK, BAD_VERSION, RUNTIME_INCONSISTENCY, RUNTIME_INCONSISTENCY]",
                        "3 []",
                        "4 ['3', [], NO_NODE]");
    }

    @Test
    void anEventComesBeforeAnyReplyThatShowsTheChange() {
        TestClient a = port.client();
        TestClient b = port.client();
        a.ask(create("/a", "1"));
        b.ask(new GetData("/a", true), new GetChildren(OpCode.GET_CHILDREN, "/", true), new Exists("/b", true));
        a.send(new SetData("/a", data("2"), -1), create("/b", "1"));
        // by the time its write is answered, those before it are applied
        b.send(create("/c", "1"), new GetData("/a", false));
        port.drain();
        assertThat(b.told()).containsExactly("event 3 /a", "event 1 /b", "event 4 /", "4 /c", "5 '2' v1");
        assertThat(a.told()).containsExactly("2 v1", "3 /b");
    }

    @Test
    void watchesAreAddedCheckedAndRemoved() {
        TestClient a = port.client();
        assertThat(a.ask(
                        new AddWatch("/", 1),
                        new AddWatch("/p", 0),
                        new AddWatch("/p", 7),
                        create("/p", "1"),
                        new CheckWatches("/p", 4),
                        new RemoveWatches("/p", 4),
                        new CheckWatches("/p", 4),
                        new CheckWatches("/p", 9),
                        create("/p/q", "1")))
                .containsExactly(
                        "1 0",
                        "2 0",
                        "3 MARSHALLING_ERROR",
                        "event 1 /p",
                        "4 /p",
                        "5 ok",
                        "6 ok",
                        "7 NO_WATCHER",
                        "8 MARSHALLING_ERROR",
                        "event 1 /p/q",
                        "9 /p/q");
    }

    @Test
    void aClientThatComesBackHearsWhatItMissed() {
        TestClient a = port.client();
        a.ask(create("/a", "1"), create("/gone", "1"), create("/same", "1"));
        long seen = port.keeper.lastZxid();
        TestClient b = port.client();
        b.ask(new SetData("/a", data("2"), -1), new Delete("/gone", -1));
        TestClient back = port.connection();
        back.connect(a.sessionId, a.password, 10_000, seen);
        port.drain();
        assertThat(back.opened()).isEqualTo("opened 10000 readOnly=false");
        back.send(
                Xid.SET_WATCHES,
                new SetWatches(
                        OpCode.SET_WATCHES,
                        seen,
                        List.of("/a", "/gone", "/same"),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of()));
        port.drain();
        assertThat(back.told()).containsExactly("event 3 /a made up", "event 2 /gone made up", "-8 ok");
        b.ask(new SetData("/same", data("2"), -1));
        assertThat(back.told()).containsExactly("event 3 /same");
        assertThat(a.told()).endsWith("closed");
    }

    @Test
    void whatStillComesOverTheOldConnectionIsVoid() {
        TestClient a = port.client();
        TestClient back = port.connection();
        a.send(create("/before", "1"));
        back.connect(a.sessionId, a.password, 10_000, 0);
        a.send(create("/after", "1"));
        port.drain();
        assertThat(back.opened()).startsWith("opened");
        assertThat(a.closed).isTrue();
        assertThat(back.ask(new Exists("/before", false), new Exists("/after", false)))
                .containsExactly("1 v0", "2 NO_NODE");
    }

    @Test
    void aSessionEndsWithAnAnswerAndItsNodesWithIt() {
        TestClient a = port.client();
        TestClient b = port.client();
        a.ask(create("/e", 1));
        b.ask(new Exists("/e", true));
        a.send(new CloseSession(), new Exists("/", false));
        port.drain();
        assertThat(a.told()).containsExactly("2 ok", "closed");
        assertThat(b.told()).containsExactly("event 2 /e");
        TestClient back = port.connection();
        back.connect(a.sessionId, a.password, 10_000, 0);
        port.drain();
        assertThat(back.opened()).isEqualTo("expired readOnly=false, closed");
    }

    @Test
    void theEndOfASessionWaitsForWhatItAskedBefore() {
        TestClient a = port.client();
        a.send(create("/a", "1"), new GetData("/a", false), new CloseSession());
        port.drain();
        assertThat(a.told()).containsExactly("1 /a", "2 '1' v0", "3 ok", "closed");
    }

    @Test
    void aSilentSessionExpiresAndItsConnectionIsClosed() {
        TestClient a = port.client();
        TestClient b = port.client();
        a.ask(create("/e", 1));
        b.ask(new Exists("/e", true));
        for (int s = 0; s < 16; s++) {
            port.world.pass(1000);
            b.send(Xid.PING, new Ping());
        }
        port.drain();
        assertThat(a.told()).containsExactly("closed");
        assertThat(b.told()).contains("event 2 /e");
    }

    @ParameterizedTest
    @CsvSource({"true,opened 6000 readOnly=false", "false,opened 6000"})
    void theReadOnlyByteIsAnsweredIfItWasTold(boolean told, String answer) {
        TestClient a = port.connection();
        a.connect(new ConnectRequest(0, 0, 1, 0, new byte[16], false, told));
        port.drain();
        assertThat(a.opened()).isEqualTo(answer);
    }

    @Test
    void aPasswordThatIsNotTheSessionsIsAnsweredAsExpired() {
        TestClient a = port.client();
        TestClient thief = port.connection();
        thief.connect(a.sessionId, new byte[16], 10_000, 0);
        port.drain();
        assertThat(thief.opened()).isEqualTo("expired readOnly=false, closed");
        assertThat(a.ask(new Exists("/", false))).containsExactly("1 v0");
    }

    @Test
    void whoHasSeenMoreThanThisServerIsSentAwayWithoutAWord() {
        TestClient a = port.connection();
        a.connect(0, new byte[16], 10_000, port.keeper.lastZxid() + 1);
        port.drain();
        assertThat(a.told()).containsExactly("closed");
    }

    @ParameterizedTest
    @ValueSource(
            ints = {OpCode.CHECK, OpCode.CREATE_SESSION, OpCode.DELETE_CONTAINER, OpCode.NOTIFICATION, OpCode.ERROR, 99
            })
    void whatNoClientMayAskIsAnsweredAndTheConnectionClosed(int type) {
        TestClient a = port.client();
        a.send(create("/a", "1"), new Unserved(type), create("/b", "1"));
        port.drain();
        assertThat(a.told()).containsExactly("1 /a", "2 UNIMPLEMENTED", "closed");
    }

    @Test
    void whoWatchesIsToldBeforeTheConnectionsOfManyExpiredSessionsAreClosed() {
        TestClient watcher = port.connection();
        watcher.connect(0, new byte[16], 40_000, 0);
        port.drain();
        watcher.opened();
        for (int i = 0; i < 200; i++) {
            port.client().ask(create("/e" + i, 1));
            watcher.ask(new Exists("/e" + i, true));
        }
        port.world.pass(20_000);
        assertThat(watcher.told()).hasSize(200).allMatch(line -> line.startsWith("event 2 /e"));
        assertThat(watcher.closesBeforeSend).isLessThan(100);
        assertThat(port.closes).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(ints = {OpCode.GET_DATA, OpCode.CREATE, OpCode.MULTI, OpCode.SET_WATCHES, OpCode.MULTI_READ})
    void aBodyThatIsNoneIsAnsweredInItsTurn(int type) {
        TestClient a = port.client();
        a.send(create("/a", "1"));
        a.raw(ByteBuffer.allocate(16)
                .putInt(12)
                .putInt(2)
                .putInt(type)
                .putInt(-7)
                .array());
        a.nextXid = 3;
        a.send(new Exists("/a", false));
        port.drain();
        assertThat(a.told()).containsExactly("1 /a", "2 MARSHALLING_ERROR", "3 v0");
        assertThat(a.zxids.get(2)).as("zxid of the answer").isEqualTo(a.zxids.get(1));
    }

    /** Hexadecimal with the length; the connection is closed without a word. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "ffffffff",
                "80000000",
                "00100000",
                "16030100",
                "47455420",
                "00000000",
                "00000004 00000001",
                "00000007 00000001 000000",
                "73727672"
            })
    void whatIsNoPacketClosesTheConnection(String bytes) {
        TestClient a = port.client();
        a.raw(HexFormat.of().parseHex(bytes.replace(" ", "")));
        port.drain();
        assertThat(a.told()).containsExactly("closed");
        assertThat(port.client().ask(new Exists("/", false))).containsExactly("1 v0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00000000",
                "00000008 0000000000000000",
                "0000001c 00000000 0000000000000000 00000000 0000000000000000 7fffffff",
                "0000001c 00000000 0000000000000000 00000000 0000000000000000 fffffffe"
            })
    void whatIsNoConnectClosesTheConnection(String bytes) {
        TestClient a = port.connection();
        a.raw(HexFormat.of().parseHex(bytes.replace(" ", "")));
        port.drain();
        assertThat(a.told()).containsExactly("closed");
    }

    /** Whether there is a parent is looked at before the form of the path, as in the original. */
    @ParameterizedTest
    @ValueSource(strings = {"a", "/a/", "//", "/a//b", "/./a", "/..", "/a\u0001", "/a\u0000b", "/\ud800"})
    void aPathThatIsNoneFindsNothingAndMakesNothing(String path) {
        TestClient a = port.client();
        List<String> told = a.ask(create(path, "1"), new GetData(path, false), new Exists("/", false));
        assertThat(told.get(0)).isIn("1 BAD_ARGUMENTS", "1 NO_NODE");
        assertThat(told.get(1)).isIn("2 NO_NODE", "2 BAD_ARGUMENTS");
        assertThat(told.get(2)).isEqualTo("3 v0");
        assertThat(a.ask(new GetChildren(OpCode.GET_CHILDREN, "/", false))).containsExactly("4 [zookeeper]");
    }
}
