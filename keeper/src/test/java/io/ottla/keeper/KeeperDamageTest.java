package io.ottla.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.Outcome;
import io.ottla.base.SeededRandom;
import io.ottla.keeper.api.Request;
import io.ottla.keeper.files.DataDirectory;
import io.ottla.keeper.tree.ZnodeTree;
import io.ottla.zookeeperprotocol.CreateMode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * One file of a directory that was in use is damaged: the start either finds everything that was acknowledged, all but the last write, or is
 * refused with a sentence. It never serves another state, and never fails in another way.
 */
class KeeperDamageTest {
    private static final Path DATA = Path.of("/data");

    private final TestWorld world = new TestWorld();
    private final Map<Long, Long> digestByZxid = new HashMap<>();
    private long lastZxid;

    enum Damage {
        BIT,
        SECTOR_ZEROED,
        SECTOR_OF_NOISE,
        SECTOR_MOVED,
        DELETED
    }

    @BeforeEach
    void use() {
        SeededRandom random = new SeededRandom(3);
        RandomRequests requests = new RandomRequests(random);
        List<Outcome<Keeper>> opened = new ArrayList<>();
        Keeper.open(TestWorld.options(60, 3, true), DATA, world, world, random, world, opened::add);
        world.drain();
        Keeper keeper = ((Outcome.Done<Keeper>) opened.getFirst()).value();
        for (int i = 0; i < 220; i++) {
            // so that files are many sectors long
            Request.Op op = random.chance(0.3)
                    ? new Request.Create("/x" + i, new byte[300], CreateMode.PERSISTENT)
                    : requests.op(true);
            TestAsker.of(keeper)
                    .submit(
                            List.of(op),
                            result -> digestByZxid.put(
                                    keeper.lastZxid(), keeper.tree().digest()));
            world.drain();
        }
        lastZxid = keeper.lastZxid();
    }

    @ParameterizedTest
    @EnumSource
    void aDamagedFileIsSeenOrDoesNotMatter(Damage damage) throws Exception {
        SeededRandom random = new SeededRandom(damage.ordinal());
        List<Path> files = world.files().stream().sorted().toList();
        Path lastLog = files.stream()
                .filter(path -> path.getFileName().toString().startsWith("log."))
                .max(java.util.Comparator.comparingLong(
                        path -> Long.parseLong(path.getFileName().toString().substring(4), 16)))
                .orElseThrow();
        int refused = 0;
        int served = 0;
        for (int i = 0; i < 250; i++) {
            Path path = files.get(random.nextInt(files.size()));
            // that the newest log is gone as a whole, nothing shows
            if (damage == Damage.DELETED && path.equals(lastLog)) continue;
            byte[] content = world.content(path);
            int used = content.length;
            while (used > 0 && content[used - 1] == 0) used--;
            TestWorld damaged = world.copy();
            if (damage == Damage.DELETED) {
                damaged.delete(path);
            } else {
                byte[] changed = content.clone();
                int at = random.nextInt(used);
                int end = Math.min(used, at + 512);
                // nor that the newest log ended earlier: the last few writes look as torn as one
                if (damage != Damage.BIT && path.equals(lastLog) && end + 600 > used) continue;
                switch (damage) {
                    case BIT -> changed[at] ^= (byte) (1 << random.nextInt(8));
                    case SECTOR_ZEROED -> Arrays.fill(changed, at, end, (byte) 0);
                    case SECTOR_OF_NOISE -> {
                        for (int j = at; j < end; j++) changed[j] = (byte) random.nextInt(256);
                    }
                    case SECTOR_MOVED ->
                        System.arraycopy(content, random.nextInt(used - (end - at) + 1), changed, at, end - at);
                    case DELETED -> throw new IllegalStateException();
                }
                damaged.content(path, changed);
            }
            try {
                ZnodeTree tree =
                        new DataDirectory(damaged, DATA, DATA, 1).recover().tree();
                served++;
                assertThat(tree.lastZxid()).as("%s %s", damage, path).isBetween(lastZxid - 3, lastZxid);
                assertThat(tree.digest()).isEqualTo(digestByZxid.get(tree.lastZxid()));
            } catch (IOException e) {
                refused++;
                assertThat(e.getMessage()).as(e.toString()).isNotBlank();
            }
        }
        assertThat(served).isPositive();
        // one that is gone is not needed, as long as nothing else is damaged
        if (damage != Damage.DELETED) assertThat(refused).isPositive();
    }
}
