package io.ottla.sim;

import io.ottla.base.SeededRandom;
import java.util.List;
import java.util.Map;

/**
 * A log under idempotent producers, whose machine loses its power, is killed, stopped, and has a disk that fails. After
 * every start: what was answered is there (R4), nothing is there twice or in another order (R10), what was read once
 * has the same offset, and a second start finds what the first one did (X1).
 */
final class LogScenario implements Simulation.Scenario {
    private static final int LIVES = 6;
    private static final long START_MS_MAX = 60_000;
    private static final DrawnDiskFaults FAULTS = new DrawnDiskFaults(0.5, 1000, 0.05, 0.05, false);

    @Override
    public void run(World world) {
        SeededRandom random = world.random();
        Machine machine = world.machine("log", 1L << 30);
        LogHistory history = new LogHistory(1 + random.nextInt(3));
        Map<String, String> config = Map.of(
                "segment.bytes", Integer.toString(1024 << random.nextInt(5)),
                "index.interval.bytes", Integer.toString(64 << random.nextInt(6)),
                "retention.ms", "-1");
        for (int life = 0; life < LIVES; life++) {
            machine.faults(FAULTS.draw(machine, random));
            machine.start(new LogProgram(history, config, false));
            world.run(1 + random.nextInt(random.chance(0.03) ? 70_000 : 1000));
            Lives.end(machine, random, true);
            world.run(1000);
            if (machine.isRunning()) machine.kill();
            machine.faults(DiskFaults.none());
            if (random.chance(0.3)) lookTwice(world, machine, history, config);
        }
        lookTwice(world, machine, history, config);
    }

    private static void lookTwice(World world, Machine machine, LogHistory history, Map<String, String> config) {
        look(world, machine, history, config);
        List<String> first = history.lastSeen();
        look(world, machine, history, config);
        if (!history.lastSeen().equals(first))
            throw new AssertionError(
                    "a second start found " + history.lastSeen().size() + " records, the first " + first.size());
    }

    private static void look(World world, Machine machine, LogHistory history, Map<String, String> config) {
        LogProgram looking = new LogProgram(history, config, true);
        machine.start(looking);
        world.until("the log is open", START_MS_MAX, looking::isReady);
        if (world.nowMs() % 2 == 0) machine.kill();
        else {
            machine.stop();
            world.until("the logs are closed", START_MS_MAX, () -> !machine.isRunning());
        }
    }
}
