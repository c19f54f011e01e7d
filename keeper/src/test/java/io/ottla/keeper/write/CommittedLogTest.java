package io.ottla.keeper.write;

import static io.ottla.keeper.write.BroadcastContract.proposal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.keeper.Keeper;
import io.ottla.keeper.Opening;
import io.ottla.keeper.TestAsker;
import io.ottla.keeper.TestWorld;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.Request;
import io.ottla.zookeeperprotocol.CreateMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommittedLogTest {
    private static final long ANY = Long.MAX_VALUE;
    private static final int COUNT = KeeperOptions.DEFAULT.storage().committedLogCount();
    private static final int ONE = proposal(1).bytes().length + CommittedLog.OVERHEAD_BYTES;

    private static CommittedLog log(int countMax, long bytesMax, long... zxids) {
        CommittedLog log = new CommittedLog(countMax, bytesMax);
        for (long zxid : zxids) log.add(proposal(zxid));
        return log;
    }

    /** "common: next, next", or "nothing". */
    private static String since(CommittedLog log, long zxid) {
        return log.since(zxid)
                .map(since -> Long.toHexString(since.commonZxid()) + ":"
                        + String.join(
                                "",
                                since.next().stream()
                                        .map(each -> " " + Long.toHexString(each.zxid()))
                                        .toList()))
                .orElse("nothing");
    }

    /** It has 3, 4, 5 of the first epoch and 1, 2 of the third; two were dropped. */
    @ParameterizedTest
    @CsvSource({
        "0,           nothing",
        "2,           nothing",
        "3,           3: 4 5 200000001 200000002",
        "5,           5: 200000001 200000002",
        // a leader wrote it that went down before anybody else had it
        "6,           5: 200000001 200000002",
        "0x100000001, 5: 200000001 200000002",
        // a leader's epoch has begun, and nothing was written in it
        "0x200000000, 5: 200000001 200000002",
        "0x200000001, 200000001: 200000002",
        "0x200000002, 200000002:",
        "0x200000003, nothing",
        "0x300000000, nothing",
    })
    void aPeerGetsWhatItLacks(String zxid, String expected) {
        CommittedLog log = log(5, ANY, 1, 2, 3, 4, 5, 0x200000001L, 0x200000002L);
        assertThat(since(log, Long.decode(zxid))).isEqualTo(expected);
    }

    @Test
    void theBytesAreThoseOfTheLog() {
        CommittedLog log = log(5, ANY, 1, 2, 3);
        for (CommittedLog.Entry each : log.since(1).orElseThrow().next())
            assertThat(each.bytes()).isEqualTo(proposal(each.zxid()).bytes());
    }

    @Test
    void theOldestGoWhereThereAreTooMany() {
        CommittedLog log = log(3, ANY);
        for (long zxid = 1; zxid < 20; zxid++) {
            log.add(proposal(zxid));
            assertThat(log.count()).isEqualTo((int) Math.min(zxid, 3));
            assertThat(log.bytes()).isEqualTo((long) log.count() * ONE);
            assertThat(since(log, zxid - log.count())).isEqualTo("nothing");
            assertThat(log.since(zxid - log.count() + 1)).isPresent();
        }
    }

    @Test
    void orTheyTakeTooMuch() {
        CommittedLog log = log(10, 4L * ONE - 1, 1, 2, 3, 4, 5);
        assertThat(since(log, 3)).isEqualTo("3: 4 5");
        assertThat(log.bytes()).isEqualTo(3L * ONE);
    }

    @Test
    void oneThatIsLargerThanAllMayBeIsNotKeptAndNeitherIsAnythingBeforeIt() {
        CommittedLog log = log(10, ONE - 1, 1, 2);
        assertThat(log.count()).isZero();
        assertThat(since(log, 1)).isEqualTo("nothing");
        assertThat(since(log, 2)).isEqualTo("nothing");
    }

    /** ZOOKEEPER-4925. */
    @ParameterizedTest
    @CsvSource({"5", "0x100000002"})
    void nothingIsKeptFromBeforeAGap(String zxid) {
        long next = Long.decode(zxid);
        CommittedLog log = log(10, ANY, 1, 2, 3, next, next + 1);
        assertThat(since(log, 3)).isEqualTo("nothing");
        assertThat(since(log, next)).isEqualTo(Long.toHexString(next) + ": " + Long.toHexString(next + 1));
    }

    @Test
    void nothingIsCommittedTwice() {
        assertThatThrownBy(() -> log(10, ANY, 1, 2, 2)).isInstanceOf(IllegalStateException.class);
    }

    // ---- in a server ----

    private static final Path DATA = Path.of("/data");

    private static Opening.Found found(TestWorld world) {
        List<Outcome<Opening.Found>> found = new ArrayList<>();
        new Opening(KeeperOptions.DEFAULT, DATA, DATA, world, world, new SeededRandom(1), world).find(found::add);
        world.drain();
        return ((Outcome.Done<Opening.Found>) found.getFirst()).value();
    }

    private static Keeper open(TestWorld world) {
        List<Outcome<Keeper>> opened = new ArrayList<>();
        Keeper.open(KeeperOptions.DEFAULT, DATA, world, world, new SeededRandom(1), world, opened::add);
        world.drain();
        return ((Outcome.Done<Keeper>) opened.getFirst()).value();
    }

    /** The same that the server had before, and from there on what is committed. */
    @Test
    void aStartHasThemFromTheTransactionLog() {
        TestWorld world = new TestWorld();
        Keeper keeper = open(world);
        TestAsker asker = TestAsker.of(keeper);
        for (int i = 0; i < COUNT + 20; i++)
            asker.submit(List.of(new Request.Create("/n" + i, new byte[10], CreateMode.PERSISTENT)), result -> {});
        world.drain();
        long last = keeper.lastZxid();
        CommittedLog committed = keeper.committed();
        assertThat(committed.count()).isEqualTo(COUNT);
        CommittedLog again = found(world.copy()).committed();
        assertThat(again.since(last - 100).orElseThrow())
                .usingRecursiveComparison()
                .isEqualTo(committed.since(last - 100).orElseThrow());
        assertThat(again.since(last).orElseThrow().next()).isEmpty();
        assertThat(again.count()).isEqualTo(COUNT);

        Keeper next = open(world.copy());
        assertThat(next.committed().since(last).orElseThrow().next())
                .extracting(CommittedLog.Entry::zxid)
                .last()
                .isEqualTo(next.lastZxid());
    }
}
