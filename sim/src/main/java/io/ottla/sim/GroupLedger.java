package io.ottla.sim;

import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.ApiMessageType;
import io.ottla.kafkamessages.OffsetCommitRequestData;
import io.ottla.kafkamessages.OffsetCommitResponseData;
import io.ottla.kafkamessages.OffsetFetchRequestData;
import io.ottla.kafkamessages.OffsetFetchResponseData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.Errors;

/** One group's offsets: commits them in the name of its members, none twice, and fetches them, for the history. */
final class GroupLedger {
    private final World world;
    private final History<Observation> history;
    private final String name;
    private final String topic;
    private final int partitions;
    private final SeededRandom random;
    private final KafkaClient reader;
    private int commits;
    private boolean watching = true;

    GroupLedger(World world, Machine machine, History<Observation> history, String name, String topic, int partitions) {
        this.world = world;
        this.history = history;
        this.name = name;
        this.topic = topic;
        this.partitions = partitions;
        random = world.random();
        reader = new KafkaClient(world, machine, NodeProgram.PORT, "reader-of-" + name);
    }

    String name() {
        return name;
    }

    String topic() {
        return topic;
    }

    int partitions() {
        return partitions;
    }

    /** An offset of each partition that no commit had before: the number of the commit. */
    void commit(KafkaClient client, String memberId, Optional<String> instanceId, int generation, List<Integer> owned) {
        if (owned.isEmpty()) return;
        int number = ++commits;
        Map<Integer, Long> offsets = new TreeMap<>();
        var asked = new OffsetCommitRequestData.OffsetCommitRequestTopic().setName(topic);
        for (int partition : owned) {
            offsets.put(partition, (long) number);
            asked.partitions()
                    .add(new OffsetCommitRequestData.OffsetCommitRequestPartition()
                            .setPartitionIndex(partition)
                            .setCommittedOffset(number));
        }
        OffsetCommitRequestData request = new OffsetCommitRequestData()
                .setGroupId(name)
                .setMemberId(memberId)
                .setGroupInstanceId(instanceId.orElse(null))
                .setGenerationIdOrMemberEpoch(generation)
                .setTopics(List.of(asked));
        history.add(new Observation.CommitSent(number, name, memberId, generation, offsets));
        int sentAt = history.size();
        client.send(ApiMessageType.OFFSET_COMMIT, (short) (7 + random.nextInt(3)), request, answer -> {
            if (answer.isEmpty()) return;
            List<Errors> errors = ((OffsetCommitResponseData) answer.get())
                    .topics().get(0).partitions().stream()
                            .map(partition -> Errors.forCode(partition.errorCode()))
                            .distinct()
                            .toList();
            if (errors.size() > 1) throw new AssertionError("a commit of " + name + " is told " + errors);
            Errors error = errors.getFirst();
            boolean isRefused = error == Errors.ILLEGAL_GENERATION
                    || error == Errors.UNKNOWN_MEMBER_ID
                    || error == Errors.FENCED_INSTANCE_ID
                    || error == Errors.REBALANCE_IN_PROGRESS;
            if (error == Errors.NONE || isRefused)
                history.add(new Observation.CommitAnswered(number, sentAt, name, generation, offsets, !isRefused));
            else if (!(error.exception() instanceof RetriableException))
                throw new AssertionError("a commit of " + name + " is told " + error);
        });
    }

    /** Fetches the offsets now and then. */
    void watch() {
        if (!watching) return;
        fetch(() -> {});
        world.after(20 + random.nextInt(400), this::watch);
    }

    void stopWatching() {
        watching = false;
    }

    /** @param fetched if it was answered with offsets */
    void fetch(Runnable fetched) {
        boolean several = random.chance(0.5);
        List<Integer> all = IntStream.range(0, partitions).boxed().toList();
        OffsetFetchRequestData request = new OffsetFetchRequestData().setRequireStable(random.chance(0.5));
        if (several)
            request.setGroups(List.of(new OffsetFetchRequestData.OffsetFetchRequestGroup()
                    .setGroupId(name)
                    .setTopics(List.of(new OffsetFetchRequestData.OffsetFetchRequestTopics()
                            .setName(topic)
                            .setPartitionIndexes(all)))));
        else
            request.setGroupId(name)
                    .setTopics(List.of(new OffsetFetchRequestData.OffsetFetchRequestTopic()
                            .setName(topic)
                            .setPartitionIndexes(all)));
        int sentAt = history.size();
        reader.send(ApiMessageType.OFFSET_FETCH, (short) (several ? 8 : 7), request, answer -> {
            if (answer.isEmpty()) return;
            Map<Integer, Long> offsets = new TreeMap<>();
            List<Errors> errors = new ArrayList<>();
            read((OffsetFetchResponseData) answer.get(), several, offsets, errors);
            for (Errors error : errors)
                if (!(error.exception() instanceof RetriableException))
                    throw new AssertionError("the offsets of " + name + " are " + error);
            if (!errors.isEmpty()) return;
            history.add(new Observation.OffsetsFetched(sentAt, name, offsets));
            fetched.run();
        });
    }

    private static void read(
            OffsetFetchResponseData response, boolean several, Map<Integer, Long> offsets, List<Errors> errors) {
        short top = several ? response.groups().get(0).errorCode() : response.errorCode();
        if (top != Errors.NONE.code()) {
            errors.add(Errors.forCode(top));
            return;
        }
        if (several)
            response.groups()
                    .get(0)
                    .topics()
                    .forEach(found -> found.partitions().forEach(partition -> {
                        if (partition.errorCode() != Errors.NONE.code())
                            errors.add(Errors.forCode(partition.errorCode()));
                        else offsets.put(partition.partitionIndex(), partition.committedOffset());
                    }));
        else
            response.topics()
                    .forEach(found -> found.partitions().forEach(partition -> {
                        if (partition.errorCode() != Errors.NONE.code())
                            errors.add(Errors.forCode(partition.errorCode()));
                        else offsets.put(partition.partitionIndex(), partition.committedOffset());
                    }));
    }
}
