package io.ottla.sim;

import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.InitProducerIdRequestData;
import io.ottla.kafkamessages.InitProducerIdResponseData;
import io.ottla.kafkamessages.ProduceRequestData;
import io.ottla.kafkamessages.ProduceResponseData;
import io.ottla.kafkaprotocol.BatchBuilder;
import io.ottla.kafkaprotocol.NewRecord;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/** An idempotent producer with acks=all and one batch in flight, which sends each until it is answered. */
final class SimulatedProducer {
    private static final short PRODUCE_VERSION = 9;
    private static final long NO_PRODUCER_ID = -1;

    private final World world;
    private final LogHistory.Producer history;
    private final SeededRandom random;
    private final KafkaClient client;
    private long producerId = NO_PRODUCER_ID;
    private short producerEpoch;
    private boolean ending;

    SimulatedProducer(World world, Machine machine, LogHistory.Producer history) {
        this.world = world;
        this.history = history;
        this.random = world.random();
        this.client = new KafkaClient(world, machine, NodeProgram.PORT, "producer-" + history.id);
    }

    int answered() {
        return history.answered.size();
    }

    /** Sends nothing new. */
    void end() {
        ending = true;
    }

    boolean isDone() {
        return ending && history.unanswered.isEmpty();
    }

    void begin() {
        client.send(
                ApiMessageType.INIT_PRODUCER_ID,
                (short) 4,
                new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(60_000),
                this::begun);
    }

    private void begun(Optional<ApiMessage> answer) {
        if (answer.isPresent()
                && answer.get() instanceof InitProducerIdResponseData response
                && response.errorCode() == Errors.NONE.code()) {
            producerId = response.producerId();
            producerEpoch = response.producerEpoch();
            next();
        } else world.after(5 + random.nextInt(50), this::begin);
    }

    private void next() {
        if (ending) return;
        send(history.next(1 + random.nextInt(4)));
    }

    private void send(LogHistory.Sent sent) {
        ProduceRequestData request =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(5_000);
        request.topicData()
                .add(new ProduceRequestData.TopicProduceData()
                        .setName(ProduceScenario.TOPIC)
                        .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData()
                                .setRecords(MemoryRecords.readableRecords(batch(sent))))));
        client.send(ApiMessageType.PRODUCE, PRODUCE_VERSION, request, answer -> answered(sent, answer));
    }

    private ByteBuffer batch(LogHistory.Sent sent) {
        BatchBuilder builder = new BatchBuilder().producer(producerId, producerEpoch, sent.baseSequence());
        for (int record = 0; record < sent.records(); record++)
            builder.append(NewRecord.of(VirtualClock.EPOCH_MS + world.nowMs(), "key", sent.value(record)));
        return builder.build();
    }

    private void answered(LogHistory.Sent sent, Optional<ApiMessage> answer) {
        Errors error = answer.map(SimulatedProducer::error).orElse(Errors.NETWORK_EXCEPTION);
        switch (error) {
            case NONE, DUPLICATE_SEQUENCE_NUMBER -> {
                history.unanswered.remove(sent);
                history.answered.add(sent);
                world.after(random.nextInt(20), this::next);
            }
            case OUT_OF_ORDER_SEQUENCE_NUMBER, UNKNOWN_PRODUCER_ID, INVALID_PRODUCER_EPOCH ->
                throw new AssertionError("producer " + history.id + " is refused with " + error + " for " + sent);
            default -> {
                if (!(error.exception() instanceof org.apache.kafka.common.errors.RetriableException))
                    throw new AssertionError("producer " + history.id + " is told " + error + " for " + sent);
                world.after(5 + random.nextInt(50), () -> send(sent));
            }
        }
    }

    private static Errors error(ApiMessage response) {
        return Errors.forCode(((ProduceResponseData) response)
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0)
                .errorCode());
    }
}
