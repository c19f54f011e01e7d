package io.ottla.sim;

import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.InitProducerIdRequestData;
import io.ottla.kafkamessages.InitProducerIdResponseData;
import io.ottla.kafkamessages.ProduceRequestData;
import io.ottla.kafkamessages.ProduceResponseData;
import io.ottla.kafkaprotocol.BatchBuilder;
import io.ottla.kafkaprotocol.BatchView;
import io.ottla.kafkaprotocol.Codec;
import io.ottla.kafkaprotocol.NewRecord;
import io.ottla.sim.Observation.Written;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * An idempotent producer with acks=all of one stream, with up to five batches in flight, as Kafka's own: what a failed
 * batch leaves behind is sent again, in order. Addresses its topic by id, so that nothing lands in another incarnation.
 */
final class PipelinedProducer {
    private static final short FIRST_BY_ID = 13;
    private static final int IN_FLIGHT_MAX = 5;
    private static final int KEYS = 8;

    private final World world;
    private final Machine machine;
    private final History<Observation> history;
    private final Stream stream;
    private final String key;
    private final SeededRandom random;
    private final KafkaClient client;
    private final Codec codec;
    private final int inFlightMax;
    private final int idleMsMax;
    private final boolean tombstones;
    private String name;
    private long producerId = BatchView.NO_PRODUCER_ID;
    private short producerEpoch;

    /** Sent or to be sent (again), oldest first; the first {@code inFlight} of them wait for an answer. */
    private final List<Batch> unanswered = new ArrayList<>();

    private int inFlight;
    private int nextSequence;
    private int answered;
    private int answeredOfThisId;
    private int ids = 1;
    private boolean resending;
    /** The connection went while several batches had no answer. */
    private boolean severalUnknown;

    private boolean beginningAnew;
    private boolean planned;
    private boolean ending;
    private boolean gone;

    /** @param start of the machine, in which it was sent first */
    private record Batch(int baseSequence, List<Written> records, ByteBuffer bytes, int start) {}

    PipelinedProducer(
            World world,
            Machine machine,
            History<Observation> history,
            Stream stream,
            String name,
            boolean tombstones) {
        this.world = world;
        this.machine = machine;
        this.history = history;
        this.stream = stream;
        this.name = name;
        this.key = name;
        this.random = world.random();
        this.client = new KafkaClient(world, machine, NodeProgram.PORT, name);
        this.codec = Codec.values()[random.nextInt(Codec.values().length)];
        this.inFlightMax = 1 + random.nextInt(IN_FLIGHT_MAX);
        this.idleMsMax = 10 + random.nextInt(150);
        this.tombstones = tombstones;
    }

    int answered() {
        return answered;
    }

    Stream stream() {
        return stream;
    }

    /** Sends nothing new. */
    void end() {
        ending = true;
    }

    /** The topic is gone, or about to go: no answer counts any more. */
    void giveUp() {
        gone = true;
        client.close();
    }

    boolean isDone() {
        return gone || (ending && unanswered.isEmpty());
    }

    void begin() {
        var request = new InitProducerIdRequestData().setTransactionalId(null).setTransactionTimeoutMs(60_000);
        client.send(ApiMessageType.INIT_PRODUCER_ID, (short) 4, request, answer -> {
            if (answer.isPresent()
                    && answer.get() instanceof InitProducerIdResponseData response
                    && response.errorCode() == Errors.NONE.code()) {
                producerId = response.producerId();
                producerEpoch = response.producerEpoch();
                plan(0);
            } else world.after(5 + random.nextInt(50), this::begin);
        });
    }

    private void plan(long delayMs) {
        if (planned || gone) return;
        planned = true;
        world.after(delayMs, () -> {
            planned = false;
            pump();
        });
    }

    /** The first batch goes alone: to a log that knows nothing of a producer, any number may be the first. */
    private int mayBeInFlight() {
        return answeredOfThisId == 0 ? 1 : inFlightMax;
    }

    private void pump() {
        if (gone || (resending && inFlight > 0)) return;
        resending = false;
        if (beginningAnew) {
            beginAnew();
            return;
        }
        if (unanswered.isEmpty() && answeredOfThisId > 0 && random.chance(0.03)) leaveGap();
        while (inFlight < mayBeInFlight()) {
            if (inFlight == unanswered.size()) {
                if (ending) return;
                unanswered.add(next());
            }
            send(unanswered.get(inFlight++));
            if (!ending && inFlight == unanswered.size() && random.chance(0.5)) break;
        }
        if (!ending) plan(random.nextInt(idleMsMax));
    }

    /** As another producer. What is unanswered stays unknown, as it does to who uses Kafka's client. */
    private void beginAnew() {
        beginningAnew = false;
        severalUnknown = false;
        unanswered.clear();
        answeredOfThisId = 0;
        nextSequence = 0;
        name = key + "+" + ids++;
        begin();
    }

    private Batch next() {
        List<Written> records = new ArrayList<>();
        int baseSequence = nextSequence;
        for (int i = random.nextInt(5); i >= 0; i--) {
            int sequence = nextSequence++;
            String recordKey = key + "-" + random.nextInt(KEYS);
            Optional<String> value = tombstones && random.chance(0.1)
                    ? Optional.empty()
                    : Optional.of(name + "/" + sequence + "/" + "x".repeat(random.nextInt(200)));
            long timestampMs = VirtualClock.EPOCH_MS + world.nowMs() + random.nextInt(1000) - 500;
            records.add(new Written(name, sequence, recordKey, value, timestampMs));
        }
        history.add(new Observation.Produced(stream, records));
        BatchBuilder builder = new BatchBuilder().codec(codec).producer(producerId, producerEpoch, baseSequence);
        for (Written record : records) builder.append(record(record));
        return new Batch(baseSequence, records, builder.build(), machine.starts());
    }

    private static NewRecord record(Written record) {
        return new NewRecord(
                record.timestampMs(),
                Optional.of(bytes(record.key())),
                record.value().map(PipelinedProducer::bytes),
                List.of());
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** A batch that comes too early: must be refused, and not be in the log (R13). */
    private void leaveGap() {
        int sequence = nextSequence + 1 + random.nextInt(10);
        BatchBuilder builder = new BatchBuilder().producer(producerId, producerEpoch, sequence);
        builder.append(NewRecord.of(VirtualClock.EPOCH_MS, key, name + "/" + sequence + "/too early"));
        client.send(ApiMessageType.PRODUCE, FIRST_BY_ID, request(builder.build()), answer -> {
            boolean isTaken = answer.map(PipelinedProducer::partition)
                    .filter(told -> told.errorCode() == Errors.NONE.code())
                    .isPresent();
            if (isTaken && !gone)
                throw new AssertionError("R13 " + stream + " took " + name + "/" + sequence + ", too early");
        });
    }

    private void send(Batch batch) {
        ApiMessage request = request(batch.bytes().duplicate());
        client.send(ApiMessageType.PRODUCE, FIRST_BY_ID, request, answer -> answered(batch, answer));
    }

    private ProduceRequestData request(ByteBuffer records) {
        ProduceRequestData request =
                new ProduceRequestData().setAcks((short) -1).setTimeoutMs(5_000);
        request.topicData()
                .add(new ProduceRequestData.TopicProduceData()
                        .setTopicId(stream.topicId())
                        .setPartitionData(List.of(new ProduceRequestData.PartitionProduceData()
                                .setIndex(stream.partition())
                                .setRecords(MemoryRecords.readableRecords(records)))));
        return request;
    }

    private void answered(Batch batch, Optional<ApiMessage> answer) {
        if (gone) return;
        inFlight--;
        severalUnknown = unanswered.size() > 1 && (severalUnknown || answer.isEmpty());
        Optional<ProduceResponseData.PartitionProduceResponse> told = answer.map(PipelinedProducer::partition);
        Errors error =
                told.map(partition -> Errors.forCode(partition.errorCode())).orElse(Errors.NETWORK_EXCEPTION);
        switch (error) {
            case NONE, DUPLICATE_SEQUENCE_NUMBER -> {
                if (!unanswered.remove(batch)) throw wrong(error, batch);
                answered++;
                answeredOfThisId++;
                long offset = told.map(ProduceResponseData.PartitionProduceResponse::baseOffset)
                        .orElse(-1L);
                history.add(new Observation.Acknowledged(
                        stream, offset >= 0 ? OptionalLong.of(offset) : OptionalLong.empty(), batch.records()));
            }
            case OUT_OF_ORDER_SEQUENCE_NUMBER -> {
                // what comes after a failed one is. The first is not, but that a snapshot, in Kafka's format, has only
                // the last batch of a producer: of several that were appended before a restart the others are unknown
                boolean isFirst = unanswered.getFirst().equals(batch);
                if (isFirst && !(severalUnknown && machine.starts() > batch.start())) throw wrong(error, batch);
                beginningAnew |= isFirst;
                resending = true;
            }
            default -> {
                if (!(error.exception() instanceof RetriableException)) throw wrong(error, batch);
                resending = true;
            }
        }
        plan(resending ? 5 + random.nextInt(50) : random.nextInt(idleMsMax));
    }

    private AssertionError wrong(Errors error, Batch batch) {
        return new AssertionError(
                name + " is told " + error + " by " + stream + " for the batch of sequence numbers from "
                        + batch.baseSequence() + " on; the oldest unanswered is "
                        + (unanswered.isEmpty() ? "none" : unanswered.getFirst().baseSequence()));
    }

    private static ProduceResponseData.PartitionProduceResponse partition(ApiMessage response) {
        return ((ProduceResponseData) response)
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0);
    }
}
