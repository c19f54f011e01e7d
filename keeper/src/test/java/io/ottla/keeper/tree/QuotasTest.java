package io.ottla.keeper.tree;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Outcome;
import io.ottla.keeper.Keeper;
import io.ottla.keeper.KeeperTest;
import io.ottla.keeper.TestAsker;
import io.ottla.keeper.TestWorld;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.api.Result;
import io.ottla.zookeeperprotocol.CreateMode;
import io.ottla.zookeeperprotocol.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuotasTest {
    private static final Result EXCEEDED = new Result.Refused(0, ErrorCode.QUOTA_EXCEEDED.code());

    private final TestWorld world = new TestWorld();
    private Keeper keeper = open(true);

    private Keeper open(boolean enforced) {
        KeeperOptions options = TestWorld.options(TestWorld.nodes(false, enforced, 0));
        return ((Outcome.Done<Keeper>) KeeperTest.tryOpen(world, options)).value();
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Request.Op create(String path, int bytes) {
        return new Request.Create(path, new byte[bytes], CreateMode.PERSISTENT);
    }

    private Result now(Request.Op... ops) {
        List<Result> answers = new ArrayList<>();
        TestAsker.of(keeper).submit(List.of(ops), answers::add);
        world.drain();
        return answers.getFirst();
    }

    private void limit(String path, String limits) {
        StringBuilder made = new StringBuilder("/zookeeper/quota");
        for (String part : path.substring(1).split("/", -1))
            now(create(made.append('/').append(part).toString(), 0));
        assertThat(now(new Request.Create(made + "/zookeeper_limits", text(limits), CreateMode.PERSISTENT)))
                .isInstanceOf(Result.Committed.class);
        assertThat(now(new Request.Create(made + "/zookeeper_stats", text("count=0,bytes=0"), CreateMode.PERSISTENT)))
                .isInstanceOf(Result.Committed.class);
    }

    private String stats(String path) {
        byte[] data = keeper.node("/zookeeper/quota" + path + "/zookeeper_stats")
                .orElseThrow()
                .data();
        return new String(data, StandardCharsets.UTF_8);
    }

    @Test
    void statsCountThePathAndAllBelow() {
        now(create("/a", 3));
        now(create("/a/b", 4));
        limit("/a", "count=-1,bytes=-1");
        assertThat(stats("/a")).isEqualTo("count=2,bytes=7");
        now(create("/a/c", 10));
        now(new Request.SetData("/a/b", new byte[1], -1));
        now(create("/ab", 100));
        assertThat(stats("/a")).isEqualTo("count=3,bytes=14");
        now(new Request.Delete("/a/c", -1));
        assertThat(stats("/a")).isEqualTo("count=2,bytes=4");
        KeeperTest.close(world, keeper);
        keeper = open(true);
        assertThat(stats("/a")).isEqualTo("count=2,bytes=4");
        now(create("/a/d", 1));
        assertThat(stats("/a")).isEqualTo("count=3,bytes=5");
        assertThat(keeper.node("/zookeeper/quota/a/zookeeper_stats")
                        .orElseThrow()
                        .version())
                .isZero();
    }

    @Test
    void aHardNumberOfNodesIsNotExceeded() {
        now(create("/a", 0));
        limit("/a", "count=-1,bytes=-1=;byteHardLimit=-1;countHardLimit=3");
        assertThat(now(create("/a/1", 0))).isInstanceOf(Result.Committed.class);
        assertThat(now(create("/a/2", 500))).isInstanceOf(Result.Committed.class);
        assertThat(now(create("/a/3", 0))).isEqualTo(EXCEEDED);
        assertThat(now(new Request.SetData("/a/1", new byte[900], -1))).isInstanceOf(Result.Committed.class);
        now(new Request.Delete("/a/1", -1));
        assertThat(now(create("/a/3", 0))).isInstanceOf(Result.Committed.class);
    }

    @Test
    void aHardNumberOfBytesIsNotExceeded() {
        now(create("/a", 5));
        limit("/a", "count=-1,bytes=-1=;byteHardLimit=20");
        assertThat(now(create("/a/1", 15))).isInstanceOf(Result.Committed.class);
        assertThat(now(create("/a/2", 1))).isEqualTo(EXCEEDED);
        assertThat(now(create("/a/2", 0))).isInstanceOf(Result.Committed.class);
        assertThat(now(new Request.SetData("/a/1", new byte[16], -1))).isEqualTo(EXCEEDED);
        // the quota comes before the version
        assertThat(now(new Request.SetData("/a/1", new byte[16], 77))).isEqualTo(EXCEEDED);
        assertThat(now(new Request.SetData("/a/1", new byte[15], 0))).isInstanceOf(Result.Committed.class);
        assertThat(now(new Request.SetData("/a/1", null, 1))).isInstanceOf(Result.Committed.class);
        assertThat(now(create("/a/3", 15))).isInstanceOf(Result.Committed.class);
    }

    @Test
    void whatIsUnderWayCountsToo() {
        now(create("/a", 0));
        limit("/a", "count=-1,bytes=-1=;countHardLimit=3");
        List<Result> answers = new ArrayList<>();
        for (int i = 0; i < 4; i++) TestAsker.of(keeper).submit(List.of(create("/a/" + i, 0)), answers::add);
        TestAsker.of(keeper).submit(List.of(new Request.Delete("/a/0", -1)), answers::add);
        TestAsker.of(keeper).submit(List.of(create("/a/5", 0)), answers::add);
        world.drain();
        assertThat(answers.stream().map(each -> each instanceof Result.Committed))
                .containsExactly(true, true, false, false, true, true);
        assertThat(now(new Request.Delete("/a/5", -1), create("/a/6", 0), create("/a/7", 0)))
                .isEqualTo(new Result.Refused(2, ErrorCode.QUOTA_EXCEEDED.code()));
        assertThat(now(new Request.Delete("/a/5", -1), create("/a/6", 0))).isInstanceOf(Result.Committed.class);
        assertThat(stats("/a")).startsWith("count=3,");
    }

    @ParameterizedTest
    @CsvSource({"'count=1,bytes=1'", "'count=1,bytes=1=;byteHardLimit=1;countHardLimit=1'"})
    void withoutEnforcementNothingIsRefused(String limits) {
        KeeperTest.close(world, keeper);
        keeper = open(false);
        now(create("/a", 0));
        limit("/a", limits);
        for (int i = 0; i < 5; i++) assertThat(now(create("/a/" + i, 10))).isInstanceOf(Result.Committed.class);
        assertThat(stats("/a")).isEqualTo("count=6,bytes=50");
    }

    @Test
    void softLimitsRefuseNothing() {
        now(create("/a", 0));
        limit("/a", "count=1,bytes=1");
        for (int i = 0; i < 5; i++) assertThat(now(create("/a/" + i, 10))).isInstanceOf(Result.Committed.class);
    }

    @Test
    void whatIsNoNumberLimitsNothingAndIsNotCounted() {
        now(create("/a", 0));
        limit("/a", "count=1");
        for (String nonsense : List.of("", "=", "count", "count=x,bytes==", ";;,", "count=99999999999999999999")) {
            now(new Request.SetData("/zookeeper/quota/a/zookeeper_limits", text(nonsense), -1));
            now(new Request.SetData("/zookeeper/quota/a/zookeeper_stats", text(nonsense), -1));
            assertThat(now(create("/a/b", 0))).isInstanceOf(Result.Committed.class);
            assertThat(stats("/a")).as(nonsense).isEqualTo("count=0,bytes=-1");
            now(new Request.Delete("/a/b", -1));
        }
        now(create("/zookeeper/quota/zookeeper_limits", 0));
        now(create("/zookeeper/quota/zookeeper_stats", 0));
        assertThat(now(create("/z", 0))).isInstanceOf(Result.Committed.class);
    }

    @Test
    void aQuotaThatIsRemovedLimitsNothing() {
        now(create("/a", 0));
        limit("/a", "count=-1,bytes=-1=;countHardLimit=1");
        assertThat(now(create("/a/1", 0))).isEqualTo(EXCEEDED);
        now(new Request.Delete("/zookeeper/quota/a/zookeeper_limits", -1));
        assertThat(now(create("/a/1", 0))).isInstanceOf(Result.Committed.class);
    }

    @Test
    void theDeepestQuotaCounts() {
        now(create("/a", 0));
        now(create("/a/b", 0));
        limit("/a", "count=-1,bytes=-1=;countHardLimit=2");
        limit("/a/b", "count=-1,bytes=-1=;countHardLimit=5");
        assertThat(now(create("/a/1", 0))).isEqualTo(EXCEEDED);
        assertThat(now(create("/a/b/1", 0))).isInstanceOf(Result.Committed.class);
    }
}
