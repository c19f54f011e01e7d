package io.ottla.sim;

import io.ottla.base.SeededRandom;
import io.ottla.node.StartResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * Some bits of some files flip while a node is down. It must start and serve, or say in a sentence why it does not; and
 * it must not fall over what it reads (faults of the program end the simulation).
 */
final class RotScenario implements Simulation.Scenario {
    private static final long START_MS_MAX = 60_000;

    private World world;
    private SeededRandom random;
    private Machine machine;

    @Override
    public void run(World into) {
        world = into;
        random = world.random();
        machine = world.machine("node-0", 1L << 30);
        start();
        SimulatedAdmin.createTopic(world, machine, ProduceScenario.TOPIC, Map.of());
        LogHistory history = new LogHistory(2);
        for (LogHistory.Producer producer : history.producers) {
            SimulatedProducer simulated = new SimulatedProducer(world, machine, producer);
            simulated.begin();
            world.run(300 + random.nextInt(500));
            simulated.end();
        }
        world.run(1000);
        stop();
        for (int i = random.nextInt(3); i >= 0; i--) rot();
        StartResult result = start();
        if (result instanceof StartResult.Failed(String sentence)) {
            if (sentence.isBlank()) throw new AssertionError("the node does not start and says nothing");
            return;
        }
        world.run(2000);
        stop();
    }

    private StartResult start() {
        NodeProgram program = new NodeProgram(Map.of());
        machine.start(program);
        world.until(
                "the node is started, or is not",
                START_MS_MAX,
                () -> program.started().isPresent());
        return program.started().orElseThrow();
    }

    private void stop() {
        if (!machine.isRunning()) return;
        if (random.chance(0.3)) machine.kill();
        else {
            machine.stop();
            world.until("the node is stopped", START_MS_MAX, () -> !machine.isRunning());
        }
    }

    private void rot() {
        List<Path> files = machine.drive().files();
        Path file = files.get(random.nextInt(files.size()));
        try {
            long size = machine.drive().file(file).size();
            if (size == 0) return;
            long position = random.nextLong(size);
            world.trace().event("bits rot at " + position + " of " + file);
            machine.drive().rot(file, position, (byte) (1 << random.nextInt(8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
