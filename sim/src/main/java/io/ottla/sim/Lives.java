package io.ottla.sim;

import io.ottla.base.SeededRandom;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The lives of one node: started, troubled, ended, and at last healed. What the seed draws: clean stops, kills, pauses,
 * cut connections, clocks that jump; and, if what is acknowledged is flushed, power losses and failing disks too.
 */
final class Lives {
    private static final long START_MS_MAX = 60_000;
    private static final DrawnDiskFaults FAULTS = new DrawnDiskFaults(0.4, 1000, 0.05, 0.02, true);

    private final World world;
    private final SeededRandom random;
    private final Machine machine;
    private final boolean flushed;
    private final Supplier<NodeProgram> program;

    Lives(World world, SeededRandom random, Machine machine, boolean flushed, Map<String, String> properties) {
        this(world, random, machine, flushed, () -> new NodeProgram(properties));
    }

    /** @param program one for each start */
    Lives(World world, SeededRandom random, Machine machine, boolean flushed, Supplier<NodeProgram> program) {
        this.world = world;
        this.random = random;
        this.machine = machine;
        this.flushed = flushed;
        this.program = program;
    }

    void start() {
        machine.start(program.get());
    }

    /** One life of a node that runs already, its end, and the next start. */
    void live() {
        if (machine.isRunning()) machine.faults(faults());
        trouble();
        end(machine, random, flushed);
        world.run(random.nextInt(1000));
        if (machine.isRunning()) machine.kill();
        machine.faults(random.chance(0.5) ? DiskFaults.none() : faults());
        start();
    }

    private void trouble() {
        for (int i = random.nextInt(4); i >= 0 && machine.isRunning(); i--) {
            world.run(1 + random.nextInt(500));
            if (!machine.isRunning()) return;
            switch (random.nextInt(3)) {
                case 0 -> machine.network().cutOne();
                case 1 -> machine.pause(random.nextLong(2_000_000_000L));
                default -> machine.clock().jump(random.nextInt(20_000) - 10_000);
            }
        }
    }

    private DiskFaults faults() {
        return flushed ? FAULTS.draw(machine, random) : DiskFaults.none();
    }

    /** However it may end, unless it has; a clean stop may take a while. */
    static void end(Machine machine, SeededRandom random, boolean mayLosePower) {
        if (!machine.isRunning()) return;
        switch (random.nextInt(mayLosePower ? 4 : 2)) {
            case 0 -> machine.kill();
            case 1 -> machine.stop();
            default -> machine.powerLoss();
        }
    }

    /** Nothing fails any more: the node must start, within a bound. */
    void heal() {
        machine.faults(DiskFaults.none());
        if (machine.isRunning()) machine.kill();
        NodeProgram last = program.get();
        machine.start(last);
        world.until("the node is started", START_MS_MAX, () -> last.started().isPresent());
        if (!last.serves()) throw new AssertionError("the node does not start again: " + last.started());
    }

    /** A clean stop, which leaves nothing open. */
    void stopCleanly() {
        VirtualDisk disk = machine.disk();
        machine.stop();
        world.until("the node is stopped", START_MS_MAX, () -> !machine.isRunning());
        if (disk.filesOpen() != 0) throw new AssertionError(disk.filesOpen() + " files are open after a clean stop");
    }
}
