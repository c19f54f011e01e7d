package io.ottla.sim;

import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.FetchRequestData;
import io.ottla.kafkamessages.FetchResponseData;
import io.ottla.kafkaprotocol.Batches;
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
    private Lives lives;
    private final List<SimulatedProducer> producers = new ArrayList<>();

    @Override
    public void run(World into) {
        world = into;
        random = world.random();
        machine = world.machine("node-0", 1L << 30);
        history = new LogHistory(1 + random.nextInt(3));
        boolean flushed = random.chance(0.7);
        lives = new Lives(world, random, machine, flushed, Map.of());
        lives.start();
        SimulatedAdmin.createTopic(world, machine, TOPIC, flushed ? Map.of("flush.messages", "1") : Map.of());
        for (LogHistory.Producer producer : history.producers)
            producers.add(new SimulatedProducer(world, machine, producer));
        producers.forEach(SimulatedProducer::begin);
        for (int life = 0; life < LIVES; life++) lives.live();
        lives.heal();
        getOn();
    }

    // ---- healing

    private void getOn() {
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
        lives.stopCleanly();
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
