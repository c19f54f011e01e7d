package io.ottla.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.Identity;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.ReadResult;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.api.Result;
import io.ottla.keeper.api.SessionAnswer;
import io.ottla.keeper.api.WatchKind;
import io.ottla.keeper.api.WatcherType;
import io.ottla.zookeeperprotocol.Acl;
import io.ottla.zookeeperprotocol.CreateMode;
import io.ottla.zookeeperprotocol.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReadsTest {
    private static final byte[] DATA = "data".getBytes(StandardCharsets.UTF_8);
    private static final Identity BOB = new Identity("digest", "bob:hash");

    private final TestWorld world = new TestWorld();
    private final Keeper keeper = KeeperTest.open(world);
    private final Reads reads = keeper.reads();
    private final TestWatcher watcher = new TestWatcher();
    private Caller anyone;
    private Caller bob;

    @BeforeEach
    void nodes() {
        List<Long> ids = new ArrayList<>();
        TestAsker.of(keeper).createSession(9000, 1, answer -> ids.add(((SessionAnswer.Opened) answer).sessionId()));
        world.drain();
        anyone = new Caller(ids.getFirst(), 1, List.of(new Identity("ip", "10.0.0.1")));
        bob = new Caller(ids.getFirst(), 1, List.of(new Identity("ip", "10.0.0.1"), BOB));
        create("/open", Acl.OPEN);
        create("/open/1", Acl.OPEN);
        create("/open/2", Acl.OPEN);
        create("/open/2/3", Acl.OPEN);
        create("/secret", List.of(new Acl(Acl.ALL, "digest", "bob:hash")));
        create("/admins", List.of(new Acl(Acl.ADMIN, "world", "anyone"), new Acl(Acl.READ, "digest", "eve:hash")));
        create("/read", List.of(new Acl(Acl.READ, "world", "anyone"), new Acl(Acl.ALL, "digest", "eve:hash")));
        create("/write", List.of(new Acl(Acl.WRITE, "world", "anyone")));
    }

    private void create(String path, List<Acl> acl) {
        create(keeper.session(), new Request.Create(path, DATA, acl, 0, Request.NO_TTL, false));
    }

    private void create(long session, Request request) {
        Caller caller = session == keeper.session() ? Caller.server(session) : anyone;
        TestAsker.of(keeper)
                .submit(caller, 1, request, result -> assertThat(result).isInstanceOf(Result.Committed.class));
        world.drain();
    }

    private static ReadResult failed(ErrorCode code) {
        return new ReadResult.Failed(code);
    }

    @Test
    void existsNeedsTheRightToReadAndWaitsForWhatIsNotThere() {
        ReadResult.Found found = (ReadResult.Found) reads.exists(anyone, "/open", Optional.of(watcher));
        assertThat(found.stat().numChildren()).isEqualTo(2);
        assertThat(found.stat().dataLength()).isEqualTo(4);
        assertThat(reads.exists(anyone, "/none", Optional.of(watcher))).isEqualTo(failed(ErrorCode.NO_NODE));
        assertThat(reads.exists(anyone, "/secret", Optional.of(watcher))).isEqualTo(failed(ErrorCode.NO_AUTH));
        assertThat(reads.exists(bob, "/secret", Optional.empty())).isInstanceOf(ReadResult.Found.class);
        assertThat(reads.exists(anyone, "/a\0b", Optional.of(watcher))).isEqualTo(failed(ErrorCode.BAD_ARGUMENTS));
        assertThat(keeper.watches().contains("/open", WatcherType.DATA, watcher))
                .isTrue();
        assertThat(keeper.watches().contains("/none", WatcherType.DATA, watcher))
                .isTrue();
        assertThat(keeper.watches().count()).isEqualTo(2);
    }

    @Test
    void dataNeedsTheRightToReadAndWatchesOnlyWhenRead() {
        ReadResult.Data data = (ReadResult.Data) reads.data(anyone, "/open", Optional.of(watcher));
        assertThat(Arrays.copyOfRange(data.array(), data.offset(), data.offset() + data.length()))
                .isEqualTo(DATA);
        assertThat(reads.data(anyone, "/secret", Optional.of(watcher))).isEqualTo(failed(ErrorCode.NO_AUTH));
        assertThat(reads.data(anyone, "/write", Optional.of(watcher))).isEqualTo(failed(ErrorCode.NO_AUTH));
        assertThat(reads.data(anyone, "/none", Optional.of(watcher))).isEqualTo(failed(ErrorCode.NO_NODE));
        assertThat(keeper.watches().count()).isEqualTo(1);
        for (String path : List.of("", "open", "/open/", "//", "/open//1", "/a\0"))
            assertThat(reads.data(anyone, path, Optional.of(watcher)))
                    .as(path)
                    .isEqualTo(path.isEmpty() ? reads.data(anyone, "/", Optional.empty()) : failed(ErrorCode.NO_NODE));
    }

    @Test
    void noDataAndEmptyDataAreToldApart() {
        create(keeper.session(), new Request.Create("/null", null, CreateMode.PERSISTENT));
        create(keeper.session(), new Request.Create("/empty", new byte[0], CreateMode.PERSISTENT));
        assertThat(((ReadResult.Data) reads.data(anyone, "/null", Optional.empty())).length())
                .isEqualTo(-1);
        assertThat(((ReadResult.Data) reads.data(anyone, "/empty", Optional.empty())).length())
                .isZero();
    }

    @Test
    void childrenNeedTheRightToRead() {
        ReadResult.Children children = (ReadResult.Children) reads.children(anyone, "/open", Optional.of(watcher));
        assertThat(children.names()).containsExactlyInAnyOrder("1", "2");
        assertThat(((ReadResult.Children) reads.children(anyone, "/open/1", Optional.empty())).names())
                .isEmpty();
        assertThat(reads.children(anyone, "/secret", Optional.of(watcher))).isEqualTo(failed(ErrorCode.NO_AUTH));
        assertThat(reads.children(anyone, "/none", Optional.of(watcher))).isEqualTo(failed(ErrorCode.NO_NODE));
        assertThat(keeper.watches().contains("/open", WatcherType.CHILDREN, watcher))
                .isTrue();
        assertThat(keeper.watches().count()).isEqualTo(1);
    }

    @Test
    void hashesAreShownToThoseWhoMayChangeThem() {
        assertThat(((ReadResult.Acls) reads.acl(anyone, "/admins")).acl().get(1).id())
                .isEqualTo("eve:hash");
        assertThat(((ReadResult.Acls) reads.acl(anyone, "/read")).acl())
                .containsExactly(new Acl(Acl.READ, "world", "anyone"), new Acl(Acl.ALL, "digest", "eve:x"));
        assertThat(reads.acl(anyone, "/write")).isEqualTo(failed(ErrorCode.NO_AUTH));
        assertThat(reads.acl(anyone, "/secret")).isEqualTo(failed(ErrorCode.NO_AUTH));
        assertThat(((ReadResult.Acls) reads.acl(bob, "/secret"))
                        .acl()
                        .getFirst()
                        .id())
                .isEqualTo("bob:hash");
        assertThat(((ReadResult.Acls) reads.acl(anyone, "/open")).acl()).isEqualTo(Acl.OPEN);
        assertThat(reads.acl(anyone, "/none")).isEqualTo(failed(ErrorCode.NO_NODE));
    }

    @Test
    void ephemeralsAreTheCallersOwnByPrefix() {
        create(anyone.sessionId(), new Request.Create("/open/e1", DATA, CreateMode.EPHEMERAL));
        create(anyone.sessionId(), new Request.Create("/opene2", DATA, CreateMode.EPHEMERAL));
        create(anyone.sessionId(), new Request.Create("/f", DATA, CreateMode.EPHEMERAL));
        create(keeper.session(), new Request.Create("/other", DATA, CreateMode.EPHEMERAL));
        assertThat(reads.ephemerals(anyone, "/open"))
                .isEqualTo(new ReadResult.PathList(List.of("/open/e1", "/opene2")));
        for (String all : List.of("", " ", "/", " / "))
            assertThat(((ReadResult.PathList) reads.ephemerals(anyone, all)).paths())
                    .hasSize(3);
        assertThat(((ReadResult.PathList) reads.ephemerals(anyone, "/none")).paths())
                .isEmpty();
    }

    @Test
    void allNodesBelowAreCounted() {
        assertThat(reads.allChildrenNumber(anyone, "/open")).isEqualTo(new ReadResult.Number(3));
        assertThat(reads.allChildrenNumber(anyone, "/open/1")).isEqualTo(new ReadResult.Number(0));
        assertThat(reads.allChildrenNumber(anyone, "/")).isEqualTo(new ReadResult.Number(keeper.znodeCount() - 1));
        assertThat(reads.allChildrenNumber(anyone, "/secret")).isEqualTo(failed(ErrorCode.NO_AUTH));
        assertThat(reads.allChildrenNumber(anyone, "/none")).isEqualTo(failed(ErrorCode.NO_NODE));
    }

    @Test
    void aWatchThatHasNoRoomRefusesItsRead() {
        String path = "/" + "x".repeat(1000);
        Optional<TestWatcher> greedy = Optional.of(watcher);
        int count = 0;
        while (reads.exists(anyone, path + count, greedy).equals(failed(ErrorCode.NO_NODE))) count++;
        assertThat(reads.exists(anyone, path + count, greedy)).isEqualTo(failed(Reads.NO_ROOM_FOR_WATCH));
        for (int i = 0; reads.exists(anyone, "/" + i, greedy).equals(failed(ErrorCode.NO_NODE)); i++) count++;
        assertThat(reads.data(anyone, "/open", greedy)).isEqualTo(failed(Reads.NO_ROOM_FOR_WATCH));
        assertThat(reads.addWatch(anyone, path, WatchKind.PERSISTENT, watcher)).contains(Reads.NO_ROOM_FOR_WATCH);
        assertThat(reads.data(anyone, "/open", Optional.empty())).isInstanceOf(ReadResult.Data.class);
        assertThat(reads.data(anyone, "/open", Optional.of(new TestWatcher()))).isInstanceOf(ReadResult.Data.class);
        assertThat(keeper.watches().bytes())
                .isLessThanOrEqualTo(KeeperOptions.DEFAULT.watching().bytes());
    }

    @Test
    void addWatchIsOfAnyPathThatMayBe() {
        assertThat(reads.addWatch(anyone, "/none/below", WatchKind.PERSISTENT, watcher))
                .isEmpty();
        assertThat(reads.addWatch(anyone, "/secret", WatchKind.PERSISTENT_RECURSIVE, watcher))
                .isEmpty();
        assertThat(reads.addWatch(anyone, "bad", WatchKind.PERSISTENT, watcher)).contains(ErrorCode.BAD_ARGUMENTS);
    }
}
