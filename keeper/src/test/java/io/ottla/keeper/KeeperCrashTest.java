package io.ottla.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.keeper.api.Caller;
import io.ottla.keeper.api.Identity;
import io.ottla.keeper.api.KeeperOptions;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.api.Result;
import io.ottla.keeper.api.SessionAnswer;
import io.ottla.keeper.files.DataDirectory;
import io.ottla.keeper.tree.QuotaNumbers;
import io.ottla.keeper.tree.Znode;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.zookeeperprotocol.CreateMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Power losses at random points between disk operations, with what was not synced lost, torn and out of order: what was acknowledged is
 * there, what is there is a state that was, and recovering twice is recovering once.
 */
class KeeperCrashTest {
    private static final Path DATA = Path.of("/data");
    private static final String QUOTA = "/zookeeper/quota";

    static java.util.stream.LongStream seeds() {
        return java.util.stream.LongStream.range(0, 60);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatWasAcknowledgedIsThere(long seed) throws Exception {
        SeededRandom random = new SeededRandom(seed);
        KeeperOptions.Compression[] compressions = KeeperOptions.Compression.values();
        KeeperOptions options =
                TestWorld.options(30, 1 + random.nextInt(3), true, compressions[random.nextInt(compressions.length)]);
        Path logs = random.chance(0.5) ? DATA : Path.of("/logs");
        RandomRequests requests = new RandomRequests(random);
        TestWorld world = new TestWorld();
        Map<Long, Long> digestByZxid = new HashMap<>();
        long acknowledged = 0;
        for (int life = 0; life < 8; life++) {
            long[] last = {acknowledged};
            world.changesUntilPowerLoss = random.nextInt(300);
            try {
                live(options, logs, world, random, requests, last, digestByZxid);
            } catch (TestWorld.PowerLoss loss) {
                // in the middle of a piece of work
                assertThat(loss).isNotNull();
            }
            acknowledged = last[0];
            assertThat(world.faults).isEmpty();
            world.crash(random);

            TestWorld copy = world.copy();
            ZnodeTree found = new DataDirectory(copy, DATA, logs, 1).recover().tree();
            assertThat(found.lastZxid()).isGreaterThanOrEqualTo(acknowledged);
            if (digestByZxid.containsKey(found.lastZxid()))
                assertThat(found.digest()).isEqualTo(digestByZxid.get(found.lastZxid()));
            check(found);
            ZnodeTree again = new DataDirectory(copy, DATA, logs, 2).recover().tree();
            assertThat(again.lastZxid()).isEqualTo(found.lastZxid());
            assertThat(again.digest()).isEqualTo(found.digest());
            assertThat(again.sessions()).isEqualTo(found.sessions());
            List<Path> snapshots = snapshots(world);
            if (options.storage().snapshotsKept() >= 2 && snapshots.size() >= 2) {
                TestWorld damaged = world.copy();
                byte[] content = damaged.content(snapshots.getLast()).clone();
                content[random.nextInt(content.length - 40)] ^= 4;
                damaged.content(snapshots.getLast(), content);
                ZnodeTree older =
                        new DataDirectory(damaged, DATA, logs, 1).recover().tree();
                assertThat(older.lastZxid()).isEqualTo(found.lastZxid());
                assertThat(older.digest()).isEqualTo(found.digest());
            }
            digestByZxid.keySet().removeIf(zxid -> zxid > found.lastZxid());
            acknowledged = found.lastZxid();
        }
    }

    /** Opens the directory and sends requests, until the power goes or there are enough. */
    private static void live(
            KeeperOptions options,
            Path logs,
            TestWorld world,
            SeededRandom random,
            RandomRequests requests,
            long[] last,
            Map<Long, Long> digestByZxid) {
        List<Outcome<Keeper>> opened = new ArrayList<>();
        Keeper.open(options, DATA, logs, world, world, random.split(), world, opened::add);
        while (opened.isEmpty()) world.step();
        Keeper keeper = ((Outcome.Done<Keeper>) opened.getFirst()).value();
        Runnable acknowledged = () -> {
            last[0] = keeper.lastZxid();
            digestByZxid.put(keeper.lastZxid(), keeper.tree().digest());
        };
        Consumer<Result> answer = result -> {
            assertThat(result).isInstanceOfAny(Result.Committed.class, Result.Refused.class);
            acknowledged.run();
        };
        for (String path : List.of("/a", "/a/b"))
            for (String node : List.of("", "/zookeeper_limits", "/zookeeper_stats"))
                TestAsker.of(keeper)
                        .submit(
                                List.of(new Request.Create(QUOTA + path + node, new byte[0], CreateMode.PERSISTENT)),
                                answer);
        List<Caller> clients = new ArrayList<>();
        for (int i = random.nextInt(200); i >= 0; i--) {
            switch (random.nextInt(20)) {
                case 0 -> {
                    long connection = i;
                    TestAsker.of(keeper).createSession(5000, connection, begun -> {
                        long id = ((SessionAnswer.Opened) begun).sessionId();
                        clients.add(new Caller(id, connection, List.of(Identity.SUPER)));
                        acknowledged.run();
                    });
                }
                case 1 -> {
                    if (!clients.isEmpty()) TestAsker.of(keeper).closeSession(clients.removeFirst(), i, answer);
                }
                case 2 -> world.pass(1 + random.nextInt(5000));
                case 3, 4, 5, 6 -> {
                    if (clients.isEmpty()) break;
                    Caller client = clients.get(random.nextInt(clients.size()));
                    TestAsker.of(keeper).submit(client, i, requests.any(), answer);
                }
                default -> {
                    List<Request.Op> ops = new ArrayList<>();
                    for (int j = random.nextInt(3); j >= 0; j--) ops.add(requests.op(true));
                    TestAsker.of(keeper).submit(ops, answer);
                }
            }
            if (random.chance(0.6)) world.step();
        }
    }

    /** What quotas count is what is there, and ephemeral nodes are of sessions that are. */
    private static void check(ZnodeTree tree) {
        for (String path : List.of("/a", "/a/b")) {
            Znode stats = tree.find(QUOTA + path + "/zookeeper_stats");
            if (stats == null || tree.find(QUOTA + path + "/zookeeper_limits") == null) continue;
            // the deepest quota counts, so one that has another within counts less
            if (path.equals("/a") && tree.find(QUOTA + "/a/b/zookeeper_limits") != null) continue;
            assertThat(QuotaNumbers.of(stats).get(QuotaNumbers.COUNT))
                    .isEqualTo(tree.find(path) == null ? 0 : count(tree.find(path)));
        }
        for (long owner : tree.owned().ephemeralsBySession().keySet())
            assertThat(tree.sessions()).containsKey(owner);
    }

    private static long count(Znode node) {
        long count = 1;
        for (Znode child : node.childNodes()) count += count(child);
        return count;
    }

    /** Oldest first. */
    private static List<Path> snapshots(TestWorld world) {
        return world.files().stream()
                .filter(path -> path.getFileName().toString().startsWith("snapshot."))
                .sorted(java.util.Comparator.comparingLong(
                        path -> Long.parseLong(path.getFileName().toString().split("\\.", -1)[1], 16)))
                .toList();
    }
}
