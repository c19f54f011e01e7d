package io.ottla.sim;

import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.FetchRequestData;
import io.ottla.kafkamessages.FetchResponseData;
import io.ottla.kafkamessages.FetchResponseData.PartitionData;
import io.ottla.kafkamessages.ListOffsetsRequestData;
import io.ottla.kafkamessages.ListOffsetsResponseData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;

/**
 * Reads the partitions of a topic again and again: in one version of Fetch and on terms that the seed chooses, with a
 * session (KIP-227) or without. Goes back sometimes, asks for offsets by time sometimes.
 */
final class SimulatedConsumer {
    private static final short FIRST_WITH_AT_LEAST_ONE = 3;
    private static final short FIRST_WITH_SESSIONS = 7;
    private static final short FIRST_WITH_ZSTD = 10;
    private static final short FIRST_BY_ID = 13;
    private static final short LAST = 18;
    private static final int NO_SESSION = -1;
    private static final long EARLIEST = -2;

    private final World world;
    private final History<Observation> history;
    private final String name;
    private final List<Stream> streams;
    private final SeededRandom random;
    private final KafkaClient client;
    private short version;
    private final boolean wantsSession;
    private final boolean readCommitted;
    private final boolean asksForTimes;
    private final int minBytes;
    private final int maxWaitMs;
    private int maxBytes;
    private int partitionMaxBytes;
    private final Map<Integer, Position> positions = new TreeMap<>();
    private int sessionId;
    private int sessionEpoch;
    private boolean gone;
    private boolean wandering = true;

    private static final class Position {
        long offset;
        long highWatermark = -1;
        long seen;
        /** The session has not been told of it. */
        boolean isNew = true;
        /** From its beginning to its end, without going back. */
        List<Observation.Read> all = new ArrayList<>();
    }

    /** What was asked when the history was {@code sentAt} long. */
    private record Ask(int sentAt, short version, boolean whileWandering, Map<Integer, Long> offsets) {}

    /** @param streams of one topic @param byNameToo whether the topic's name means this incarnation always */
    SimulatedConsumer(
            World world,
            Machine machine,
            History<Observation> history,
            String name,
            List<Stream> streams,
            boolean byNameToo) {
        this.world = world;
        this.history = history;
        this.name = name;
        this.streams = streams;
        random = world.random();
        client = new KafkaClient(world, machine, NodeProgram.PORT, name);
        version = (short) (byNameToo ? random.nextInt(LAST + 1) : FIRST_BY_ID + random.nextInt(LAST - FIRST_BY_ID + 1));
        wantsSession = version >= FIRST_WITH_SESSIONS && random.chance(0.6);
        readCommitted = random.chance(0.5);
        asksForTimes = byNameToo && random.chance(0.5);
        minBytes = List.of(0, 1, 1000, 100_000).get(random.nextInt(4));
        maxWaitMs = random.nextInt(500);
        maxBytes = random.chance(0.3) ? 1 + random.nextInt(5000) : 1 << 20;
        partitionMaxBytes = random.chance(0.3) ? 1 + random.nextInt(2000) : 1 << 18;
        for (Stream stream : streams) positions.put(stream.partition(), new Position());
        forgetSession();
    }

    /** Everything was read that is there, as far as was told last. */
    boolean isAtEnd() {
        return positions.values().stream()
                .allMatch(position -> position.highWatermark >= 0 && position.offset >= position.highWatermark);
    }

    /** From now on straight ahead, from the beginning, and forgets where the ends were. */
    void readAll() {
        wandering = false;
        for (Position position : positions.values()) {
            position.offset = 0;
            position.highWatermark = -1;
            position.isNew = true;
            position.all.clear();
        }
    }

    /** What {@link #readAll} has brought so far. */
    List<Observation.Read> all(Stream stream) {
        return positions.get(stream.partition()).all;
    }

    void giveUp() {
        gone = true;
        client.close();
    }

    void begin() {
        if (!gone) fetch();
    }

    private void soon(long delayMs) {
        world.after(delayMs, () -> {
            if (gone) return;
            if (asksForTimes && wandering && random.chance(0.1)) list();
            else fetch();
        });
    }

    private void forgetSession() {
        sessionId = 0;
        sessionEpoch = wantsSession ? 0 : NO_SESSION;
        positions.values().forEach(position -> position.isNew = true);
    }

    // ---- fetch

    private void fetch() {
        boolean isIncremental = sessionEpoch > 0;
        FetchRequestData.FetchTopic topic = new FetchRequestData.FetchTopic()
                .setTopic(version < FIRST_BY_ID ? streams.getFirst().topic() : "")
                .setTopicId(streams.getFirst().topicId());
        Map<Integer, Long> asked = new TreeMap<>();
        positions.forEach((number, position) -> {
            asked.put(number, position.offset);
            if (isIncremental && !position.isNew) return;
            position.isNew = false;
            topic.partitions()
                    .add(new FetchRequestData.FetchPartition()
                            .setPartition(number)
                            .setFetchOffset(position.offset)
                            .setPartitionMaxBytes(partitionMaxBytes));
        });
        FetchRequestData request = new FetchRequestData()
                .setMaxWaitMs(wandering ? maxWaitMs : 0)
                .setMinBytes(minBytes)
                .setMaxBytes(maxBytes)
                .setIsolationLevel((byte) (readCommitted && version >= 4 ? 1 : 0))
                .setTopics(topic.partitions().isEmpty() ? List.of() : List.of(topic));
        if (version >= FIRST_WITH_SESSIONS) request.setSessionId(sessionId).setSessionEpoch(sessionEpoch);
        Ask ask = new Ask(history.size(), version, wandering, asked);
        client.send(ApiMessageType.FETCH, version, request, answer -> {
            if (gone) return;
            if (answer.isPresent()) fetched(ask, (FetchResponseData) answer.get());
            else {
                forgetSession();
                soon(5 + random.nextInt(50));
            }
        });
    }

    private void fetched(Ask ask, FetchResponseData response) {
        Errors error = Errors.forCode(response.errorCode());
        if (error != Errors.NONE) {
            mustBeRetriable(error);
            forgetSession();
            soon(5 + random.nextInt(50));
            return;
        }
        if (wantsSession) {
            sessionId = response.sessionId();
            sessionEpoch = sessionId == 0 ? 0 : sessionEpoch + 1;
            if (sessionId == 0) forgetSession();
        }
        boolean isWell = true;
        for (FetchResponseData.FetchableTopicResponse topic : response.responses())
            for (PartitionData partition : topic.partitions())
                isWell &= fetched(ask, ask.offsets().get(partition.partitionIndex()), partition);
        soon(isWell ? random.nextInt(20) : 5 + random.nextInt(50));
    }

    private boolean fetched(Ask ask, long asked, PartitionData partition) {
        Position position = positions.get(partition.partitionIndex());
        Stream stream = streams.get(partition.partitionIndex());
        Errors error = Errors.forCode(partition.errorCode());
        if (position.offset != asked || ask.whileWandering() != wandering) return true; // it was told to begin again
        if (error == Errors.OFFSET_OUT_OF_RANGE) {
            history.add(new Observation.OutOfRange(ask.sentAt(), name, stream, asked));
            findStart(stream, position);
            return false;
        }
        if (error == Errors.UNSUPPORTED_COMPRESSION_TYPE && ask.version() < FIRST_WITH_ZSTD) {
            version = FIRST_WITH_ZSTD; // what somebody would do who runs an old client
            forgetSession();
            return false;
        }
        if (error != Errors.NONE) {
            mustBeRetriable(error);
            return false;
        }
        List<Observation.Read> records = FetchedRecords.from(((MemoryRecords) partition.records()).buffer(), asked);
        history.add(new Observation.Fetched(
                ask.sentAt(),
                name,
                stream,
                ask.version(),
                readCommitted,
                asked,
                partition.highWatermark(),
                partition.lastStableOffset(),
                partition.logStartOffset(),
                records));
        position.highWatermark = partition.highWatermark();
        if (!records.isEmpty()) move(position, records.getLast().offset() + 1);
        else if (FetchedRecords.end(((MemoryRecords) partition.records()).buffer()) > asked)
            move(position, FetchedRecords.end(((MemoryRecords) partition.records()).buffer()));
        else if (version < FIRST_WITH_AT_LEAST_ONE && position.highWatermark > asked) askForMore();
        if (!wandering) position.all.addAll(records);
        else if (random.chance(0.1)) move(position, random.nextLong(position.seen + 1));
        return true;
    }

    /** The batch at the offset may be larger than what was asked for, and up to this version nothing comes then. */
    private void askForMore() {
        maxBytes = Math.min(maxBytes * 2, 1 << 20);
        partitionMaxBytes = Math.min(partitionMaxBytes * 2, 1 << 20);
    }

    private static void move(Position position, long offset) {
        position.offset = offset;
        position.seen = Math.max(position.seen, offset);
        position.isNew = true;
    }

    private void mustBeRetriable(Errors error) {
        if (!(error.exception() instanceof RetriableException))
            throw new AssertionError(name + " is told " + error + " by " + streams);
    }

    // ---- offsets

    private void findStart(Stream stream, Position position) {
        list(stream, EARLIEST, found -> {
            if (found.offset() > position.offset) move(position, found.offset());
        });
    }

    private void list() {
        Stream stream = streams.get(random.nextInt(streams.size()));
        long askedMs = VirtualClock.EPOCH_MS + random.nextLong(world.nowMs() + 1000);
        int sentAt = history.size();
        list(
                stream,
                askedMs,
                found -> history.add(
                        new Observation.Listed(sentAt, name, stream, askedMs, found.timestamp(), found.offset())));
        soon(random.nextInt(20));
    }

    private void list(
            Stream stream, long timestamp, Consumer<ListOffsetsResponseData.ListOffsetsPartitionResponse> found) {
        var partition = new ListOffsetsRequestData.ListOffsetsPartition()
                .setPartitionIndex(stream.partition())
                .setTimestamp(timestamp);
        var request = new ListOffsetsRequestData()
                .setTopics(List.of(new ListOffsetsRequestData.ListOffsetsTopic()
                        .setName(stream.topic())
                        .setPartitions(List.of(partition))));
        client.send(ApiMessageType.LIST_OFFSETS, (short) (1 + random.nextInt(11)), request, answer -> {
            Optional<ListOffsetsResponseData.ListOffsetsPartitionResponse> told =
                    answer.map(SimulatedConsumer::partition);
            if (told.isEmpty()) return;
            if (told.get().errorCode() == Errors.NONE.code()) found.accept(told.get());
            else mustBeRetriable(Errors.forCode(told.get().errorCode()));
        });
    }

    private static ListOffsetsResponseData.ListOffsetsPartitionResponse partition(ApiMessage response) {
        return ((ListOffsetsResponseData) response).topics().get(0).partitions().get(0);
    }
}
