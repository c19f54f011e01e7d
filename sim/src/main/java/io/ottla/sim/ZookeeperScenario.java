package io.ottla.sim;

import io.ottla.base.Counters;
import io.ottla.base.SeededRandom;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The coordination service alone under clients that read, write, watch, pause, close and come back, while the node lives through what {@link Lives} has. After
 * the healing all clients get on, and what was answered is there.
 */
final class ZookeeperScenario implements Simulation.Scenario {
    private static final int LIVES = 5;
    private static final long PROGRESS_MS_MAX = 60_000;
    private static final long DRIVE_BYTES = 1L << 30;

    private final List<ZookeeperClient> clients = new ArrayList<>();
    private final long powerLossAt;
    private int answered;

    /** Of the node's present life. */
    private Counters counters = new Counters();

    ZookeeperScenario() {
        this(0);
    }

    /** @param powerLossAt the one trouble there is: at that operation of the disk; 0 for all troubles that the seed draws */
    ZookeeperScenario(long powerLossAt) {
        this.powerLossAt = powerLossAt;
    }

    @Override
    public void run(World world) {
        SeededRandom random = world.random();
        Machine machine = world.machine("zookeeper-0", DRIVE_BYTES);
        ZookeeperHistory history = new ZookeeperHistory(world.trace());
        for (Checker checker : List.of(
                new ZnodeHistoryChecker(history),
                new SessionOrderChecker(history),
                new SessionChecker(history),
                new SequenceChecker(history),
                new WatchChecker(history),
                new TreeDigestChecker(() -> counters))) world.checker(checker);
        Map<String, String> zooCfg = zooCfg(random);
        Lives lives = new Lives(world, random, machine, true, () -> program(zooCfg));
        if (powerLossAt > 0) machine.faults(DiskFaults.powerLossAt(powerLossAt));
        else if (random.chance(0.3)) SnapshotUnderLoad.put(machine.drive(), Path.of("/zookeeper"), random);
        lives.start();
        for (int i = 2 + random.nextInt(4); i >= 0; i--) {
            String name = "client-" + i;
            ZookeeperWorkload workload = new ZookeeperWorkload(name, random.split(), i == 0 || random.chance(0.2));
            clients.add(new ZookeeperClient(world, machine, history, name, 300 + random.nextInt(4000), workload));
        }
        clients.forEach(ZookeeperClient::begin);
        if (powerLossAt > 0) world.until("the power goes", PROGRESS_MS_MAX, () -> !machine.isRunning());
        for (int life = 0; life < LIVES && powerLossAt == 0; life++) {
            world.run(random.nextInt(4000));
            lives.live();
        }
        lives.heal();
        if (powerLossAt == 0 && random.chance(0.5)) fill(world, machine, random);
        List<Integer> before = clients.stream().map(ZookeeperClient::answered).toList();
        world.until("every client gets on", PROGRESS_MS_MAX, () -> {
            for (int i = 0; i < clients.size(); i++) if (clients.get(i).answered() < before.get(i) + 30) return false;
            return true;
        });
        clients.forEach(ZookeeperClient::stop);
        answered = clients.stream().mapToInt(ZookeeperClient::answered).sum();
        lives.stopCleanly();
    }

    /** The disk is full for a while: that ends no node, and it goes on by itself. */
    private static void fill(World world, Machine machine, SeededRandom random) {
        VirtualDrive drive = machine.drive();
        drive.capacity(DRIVE_BYTES - drive.usableBytes());
        world.run(500 + random.nextInt(3000));
        if (!machine.isRunning()) throw new AssertionError("a full disk ended the node");
        drive.capacity(DRIVE_BYTES);
    }

    /** Requests that were answered, in all. */
    int answered() {
        return answered;
    }

    private NodeProgram program(Map<String, String> zooCfg) {
        NodeProgram program = NodeProgram.zookeeper(zooCfg);
        counters = program.counters();
        return program;
    }

    private Map<String, String> zooCfg(SeededRandom random) {
        Map<String, String> zooCfg = new HashMap<>();
        zooCfg.put("dataDir", "/zookeeper");
        zooCfg.put("clientPort", "" + ZookeeperClient.PORT);
        zooCfg.put("clientPortAddress", "127.0.0.1");
        zooCfg.put("admin.enableServer", "false");
        zooCfg.put("tickTime", "" + (50 + random.nextInt(400)));
        zooCfg.put("minSessionTimeout", "100");
        zooCfg.put("maxSessionTimeout", "10000");
        zooCfg.put("snapCount", "" + (powerLossAt > 0 ? 8 : 5 + random.nextInt(200)));
        zooCfg.put("autopurge.snapRetainCount", "3");
        if (random.chance(0.3)) zooCfg.put("snapshot.compression.method", "gz");
        return zooCfg;
    }
}
