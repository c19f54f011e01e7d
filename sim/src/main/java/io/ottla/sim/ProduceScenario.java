package io.ottla.sim;

import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.FetchRequestData;
import io.ottla.kafkamessages.FetchResponseData;
import io.ottla.kafkaprotocol.Batches;
import io.ottla.sim.DiskFaults.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * A whole node and idempotent producers with acks=all; kills, clean stops, pauses, cut connections, clocks that jump;
 * and, if the topic flushes every batch, power losses and failing disks too. When a fetch shows the topic at the end: what was answered is there (R4),
 * once and in order (R10). Before that all is healed, and every producer must get on.
 */
final class ProduceScenario implements Simulation.Scenario {
    static final String TOPIC = "events";

    private static final int LIVES = 4;
    private static final long PROGRESS_MS_MAX = 60_000;

    private World world;
    private SeededRandom random;
    private Machine machine;
    private LogHistory history;
    private boolean flushed;
    private final List<SimulatedProducer> producers = new ArrayList<>();

    @Override
    public void run(World into) {
        world = into;
        random = world.random();
        machine = world.machine("node-0", 1L << 30);
        history = new LogHistory(1 + random.nextInt(3));
        flushed = random.chance(0.7);
        machine.start(new NodeProgram(Map.of()));
        SimulatedAdmin.createTopic(world, machine, TOPIC, flushed ? Map.of("flush.messages", "1") : Map.of());
        for (LogHistory.Producer producer : history.producers)
            producers.add(new SimulatedProducer(world, machine, producer));
        producers.forEach(SimulatedProducer::begin);
        for (int life = 0; life < LIVES; life++) {
            if (machine.isRunning()) machine.faults(faults());
            trouble();
            end();
            world.run(random.nextInt(1000));
            if (machine.isRunning()) machine.kill();
            machine.faults(random.chance(0.5) ? DiskFaults.none() : faults());
            machine.start(new NodeProgram(Map.of()));
        }
        heal();
    }

    // ---- trouble

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
        if (!flushed) return DiskFaults.none();
        List<DiskFaults> faults = new ArrayList<>();
        if (random.chance(0.4)) faults.add(DiskFaults.powerLossAt(machine.diskOperations() + 1 + random.nextInt(1000)));
        for (Kind kind : Kind.values())
            if (random.chance(0.05))
                faults.add(DiskFaults.sometimes(
                        random.split(),
                        random.nextDouble() * 0.02,
                        DiskFaults.on(kind, path -> true, random.chance(0.5) ? DiskFaults.EIO : DiskFaults.ENOSPC)));
        return DiskFaults.any(faults);
    }

    private void end() {
        if (!machine.isRunning()) return;
        switch (random.nextInt(flushed ? 4 : 2)) {
            case 0 -> machine.kill();
            case 1 -> machine.stop();
            default -> machine.powerLoss();
        }
    }

    // ---- healing

    private void heal() {
        machine.faults(DiskFaults.none());
        if (machine.isRunning()) machine.kill();
        NodeProgram last = new NodeProgram(Map.of());
        machine.start(last);
        world.until("the node is started", PROGRESS_MS_MAX, () -> last.started().isPresent());
        if (!last.serves()) throw new AssertionError("the node does not start again: " + last.started());
        List<Integer> before =
                producers.stream().map(SimulatedProducer::answered).toList();
        world.until("every producer gets on", PROGRESS_MS_MAX, () -> {
            for (int i = 0; i < producers.size(); i++) if (producers.get(i).answered() <= before.get(i)) return false;
            return true;
        });
        producers.forEach(SimulatedProducer::end);
        world.until(
                "every producer is done",
                PROGRESS_MS_MAX,
                () -> producers.stream().allMatch(SimulatedProducer::isDone));
        look();
        VirtualDisk disk = machine.disk();
        machine.stop();
        world.until("the node is stopped", PROGRESS_MS_MAX, () -> !machine.isRunning());
        if (disk.filesOpen() != 0) throw new AssertionError(disk.filesOpen() + " files are open after a clean stop");
    }

    private void look() {
        KafkaClient reader = new KafkaClient(world, machine, NodeProgram.PORT, "reader");
        List<String> values = new ArrayList<>();
        boolean[] done = new boolean[1];
        fetch(reader, values, done);
        world.until("everything is read", PROGRESS_MS_MAX, () -> done[0]);
        history.found(values);
    }

    private void fetch(KafkaClient reader, List<String> values, boolean[] done) {
        var partition = new FetchRequestData.FetchPartition()
                .setFetchOffset(values.size())
                .setPartitionMaxBytes(10_000);
        FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(10)
                .setMaxBytes(1 << 20)
                .setSessionEpoch(-1)
                .setTopics(List.of(
                        new FetchRequestData.FetchTopic().setTopic(TOPIC).setPartitions(List.of(partition))));
        reader.send(ApiMessageType.FETCH, (short) 11, request, answer -> {
            if (collect(answer, values)) done[0] = true;
            else world.after(1, () -> fetch(reader, values, done));
        });
    }

    /** Whether the end is reached. */
    private static boolean collect(Optional<ApiMessage> answer, List<String> values) {
        if (answer.isEmpty()) return false;
        FetchResponseData response = (FetchResponseData) answer.get();
        if (response.responses().isEmpty()) return false;
        FetchResponseData.PartitionData partition =
                response.responses().get(0).partitions().get(0);
        Errors error = Errors.forCode(partition.errorCode());
        if (error == Errors.OFFSET_OUT_OF_RANGE)
            throw new AssertionError("offset " + values.size() + " is out of range");
        if (error != Errors.NONE) return false;
        Batches.forEach(((MemoryRecords) partition.records()).buffer(), batch -> LogProgram.collect(batch, values));
        return values.size() >= partition.highWatermark();
    }
}
