package io.ottla.sim;

import io.ottla.base.SeededRandom;
import java.util.Map;

/**
 * A node that loses its power, is killed, stopped and meets failing disks, at any moment of its life; and whatever
 * happened, starts again once nothing fails any more (X1, X2).
 */
public final class RestartScenario implements Simulation.Scenario {
    private static final int LIVES = 5;
    private static final long START_MS_MAX = 60_000;
    private static final DrawnDiskFaults FAULTS = new DrawnDiskFaults(0.5, 200, 0.1, 0.1, true);

    @Override
    public void run(World world) {
        SeededRandom random = world.random();
        Machine machine = world.machine("node-0", 1L << 30);
        for (int life = 0; life < LIVES; life++) {
            machine.faults(FAULTS.draw(machine, random));
            machine.start(new NodeProgram(Map.of()));
            world.run(1 + random.nextInt(2000));
            Lives.end(machine, random, true);
            world.run(random.nextInt(2000));
            if (machine.isRunning()) machine.kill(); // a clean stop that takes long
        }
        machine.faults(DiskFaults.none());
        NodeProgram last = new NodeProgram(Map.of());
        machine.start(last);
        world.until("the node is started", START_MS_MAX, () -> last.started().isPresent());
        if (!last.serves()) throw new AssertionError("the node does not start again: " + last.started());
        VirtualDisk disk = machine.disk();
        machine.stop();
        world.until("the node is stopped", START_MS_MAX, () -> !machine.isRunning());
        if (disk.filesOpen() != 0) throw new AssertionError(disk.filesOpen() + " files are open after a clean stop");
    }
}
