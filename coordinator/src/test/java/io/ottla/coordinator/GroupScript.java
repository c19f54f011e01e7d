package io.ottla.coordinator;

import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.kafkamessages.HeartbeatRequestData;
import io.ottla.kafkamessages.JoinGroupRequestData;
import io.ottla.kafkamessages.JoinGroupRequestData.JoinGroupRequestProtocol;
import io.ottla.kafkamessages.JoinGroupResponseData;
import io.ottla.kafkamessages.LeaveGroupRequestData;
import io.ottla.kafkamessages.LeaveGroupRequestData.MemberIdentity;
import io.ottla.kafkamessages.ListGroupsRequestData;
import io.ottla.kafkamessages.OffsetCommitRequestData;
import io.ottla.kafkamessages.OffsetCommitRequestData.OffsetCommitRequestPartition;
import io.ottla.kafkamessages.OffsetCommitRequestData.OffsetCommitRequestTopic;
import io.ottla.kafkamessages.OffsetDeleteRequestData;
import io.ottla.kafkamessages.OffsetDeleteRequestData.OffsetDeleteRequestPartition;
import io.ottla.kafkamessages.OffsetDeleteRequestData.OffsetDeleteRequestTopic;
import io.ottla.kafkamessages.OffsetFetchRequestData.OffsetFetchRequestGroup;
import io.ottla.kafkamessages.OffsetFetchRequestData.OffsetFetchRequestTopics;
import io.ottla.kafkamessages.SyncGroupRequestData;
import io.ottla.kafkamessages.SyncGroupRequestData.SyncGroupRequestAssignment;
import io.ottla.kafkaprotocol.Compression;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;

/**
 * Plays a script against a coordinator of one partition, whose log is in memory. Member ids go by the names of those
 * who got them. Commands:
 *
 * <pre>
 * join GROUP NAME [v=9] [id=NAME] [protocols=range,…] [type=consumer] [topics=t,…] [session=MS] [rebalance=MS] [instance=I]
 * sync GROUP NAME [gen=N] [assign=NAME:text;…] [protocol=P] [type=T] [instance=I]
 * heartbeat GROUP NAME [gen=N] [instance=I]              leave GROUP NAME… [instance=I]
 * commit GROUP NAME|- [gen=N] [v=9] [retention=MS] topic-0=OFFSET[:metadata]…
 * fetch GROUP all|topic-0… [stable]                      delete-offsets GROUP topic-0…
 * describe GROUP… [v=6]      list [states=S,…] [types=T,…]      delete GROUP…
 * tick MS          time passes, a second at a time       topic-deleted NAME…
 * set name=value…  settings                               log   what was written since last asked
 * hold             appends stay under way until: done | refused ERROR | lost ERROR written|unwritten
 * auto             appends are committed at once (the default)
 * full             appends are refused at once, as on a full disk, until: auto
 * resign           elect            reload: both
 * </pre>
 */
final class GroupScript {
    private final FakeLog log = new FakeLog();
    private final GroupCoordinator coordinator;
    private final ScriptPrinter printer = new ScriptPrinter();
    private final Map<String, Integer> generations = new HashMap<>();
    private final ArrayDeque<CoordinatorEvent<GroupCommand>> due = new ArrayDeque<>();
    private GroupSettings settings = GroupSettings.DEFAULT;
    private long nowMs = 1_000_000;
    private boolean hold;
    private boolean full;
    private Optional<CoordinatorEffect.Append> underWay = Optional.empty();
    private int printedBatches;

    GroupScript() {
        coordinator =
                new GroupCoordinator(nowMs, settings, Compression.NONE, CoordinatorLimits.DEFAULT, new SeededRandom(1));
        step(new CoordinatorEvent.Elected<>(0));
    }

    String play(String line) {
        List<String> words = Arrays.asList(line.trim().split(" +"));
        ScriptLine args = ScriptLine.parse(words.subList(1, words.size()));
        switch (words.getFirst()) {
            case "join" -> join(args);
            case "sync" -> sync(args);
            case "heartbeat" -> heartbeat(args);
            case "leave" -> leave(args);
            case "commit" -> commit(args);
            case "fetch" -> fetch(args);
            case "delete-offsets" -> deleteOffsets(args);
            case "describe" -> describe(args);
            case "list" -> list(args);
            case "delete" -> request(new GroupCommand.DeleteGroups(args.words(), printer.deletedGroups()));
            case "tick" -> tick(Long.parseLong(args.word(0)));
            case "topic-deleted" -> topicsDeleted(args);
            case "set" -> set(args);
            case "log" -> printLog();
            case "hold" -> hold = true;
            case "auto" -> {
                hold = false;
                full = false;
            }
            case "full" -> full = true;
            case "done" -> done();
            case "refused" ->
                end(new CoordinatorLog.Append.Refused(
                        Errors.valueOf(args.word(0)).code()));
            case "lost" -> lost(args);
            case "resign" -> step(new CoordinatorEvent.Resigned<>(0));
            case "elect" -> step(new CoordinatorEvent.Elected<>(0));
            case "reload" -> {
                step(new CoordinatorEvent.Resigned<>(0));
                step(new CoordinatorEvent.Elected<>(0));
            }
            default -> throw new IllegalArgumentException(line);
        }
        return printer.take();
    }

    // ---- the world

    private void step(CoordinatorEvent<GroupCommand> event) {
        due.add(event);
        while (!due.isEmpty()) coordinator.step(nowMs, due.poll(), this::carryOut);
    }

    private void carryOut(CoordinatorEffect effect) {
        switch (effect) {
            case CoordinatorEffect.Load(int partition, long loadId) -> {
                for (ByteBuffer batch : log.batches())
                    due.add(new CoordinatorEvent.Batches<>(partition, loadId, batch.duplicate()));
                due.add(new CoordinatorEvent.LoadEnded<>(
                        partition, loadId, new CoordinatorLog.Load.Loaded(log.endOffset())));
            }
            case CoordinatorEffect.Append append -> {
                underWay = Optional.of(append);
                if (full) {
                    underWay = Optional.empty();
                    due.add(new CoordinatorEvent.AppendEnded<>(
                            0,
                            append.appendId(),
                            new CoordinatorLog.Append.Refused(Errors.NOT_ENOUGH_REPLICAS.code())));
                } else if (!hold) {
                    due.add(committed(append));
                }
            }
            case CoordinatorEffect.Respond<?> respond -> respond.deliver();
        }
    }

    private CoordinatorEvent<GroupCommand> committed(CoordinatorEffect.Append append) {
        underWay = Optional.empty();
        return new CoordinatorEvent.AppendEnded<>(
                0, append.appendId(), new CoordinatorLog.Append.Committed(log.append(append.batch())));
    }

    private void done() {
        underWay.ifPresentOrElse(append -> step(committed(append)), () -> printer.line("nothing is under way"));
    }

    private void end(CoordinatorLog.Append outcome) {
        long appendId = underWay.orElseThrow().appendId();
        underWay = Optional.empty();
        step(new CoordinatorEvent.AppendEnded<>(0, appendId, outcome));
    }

    private void lost(ScriptLine args) {
        if (args.word(1).equals("written")) log.append(underWay.orElseThrow().batch());
        end(new CoordinatorLog.Append.Unknown(Errors.valueOf(args.word(0)).code()));
    }

    private void tick(long ms) {
        for (long left = ms; left > 0; left -= 1000) {
            nowMs += Math.min(left, 1000);
            step(new CoordinatorEvent.Tick<>());
        }
    }

    private void printLog() {
        for (; printedBatches < log.batches().size(); printedBatches++)
            printer.batch(log.batches().get(printedBatches));
    }

    private void request(GroupCommand command) {
        step(new CoordinatorEvent.Requested<>(0, command));
    }

    // ---- the requests

    private int generation(ScriptLine args, String name) {
        return args.number("gen", generations.getOrDefault(name, -1));
    }

    private static byte[] subscription(String topics) {
        ByteBuffer bytes = ByteBuffer.allocate(512).putShort((short) 0);
        String[] names = topics.isEmpty() ? new String[0] : topics.split(",");
        bytes.putInt(names.length);
        for (String name : names) bytes.putShort((short) name.length()).put(name.getBytes(StandardCharsets.UTF_8));
        bytes.putInt(-1);
        return Arrays.copyOf(bytes.array(), bytes.position());
    }

    private void join(ScriptLine args) {
        String name = args.word(1);
        short version = (short) args.number("v", 9);
        JoinGroupRequestData request = new JoinGroupRequestData()
                .setGroupId(args.word(0))
                .setMemberId(printer.memberId(args.text("id", name)))
                .setGroupInstanceId(args.text("instance", null))
                .setProtocolType(args.text("type", "consumer"))
                .setSessionTimeoutMs(args.number("session", 10_000))
                .setRebalanceTimeoutMs(args.number("rebalance", 60_000));
        for (String protocol : args.list("protocols", "range"))
            request.protocols()
                    .add(new JoinGroupRequestProtocol()
                            .setName(protocol)
                            .setMetadata(subscription(args.text("topics", "t"))));
        ReplyTo<JoinGroupResponseData> reply = response -> {
            if (!response.memberId().isEmpty()) printer.name(response.memberId(), name);
            if (response.errorCode() == 0) generations.put(name, response.generationId());
            printer.join(name, response);
        };
        request(new GroupCommand.Join(request, version, new GroupCommand.Client(name, "/10.0.0.1"), reply));
    }

    private void sync(ScriptLine args) {
        String name = args.word(1);
        SyncGroupRequestData request = new SyncGroupRequestData()
                .setGroupId(args.word(0))
                .setMemberId(printer.memberId(name))
                .setGenerationId(generation(args, name))
                .setGroupInstanceId(args.text("instance", null))
                .setProtocolName(args.text("protocol", "range"))
                .setProtocolType(args.text("type", "consumer"));
        for (String assignment : args.text("assign", "").split(";", -1)) {
            if (assignment.isEmpty()) continue;
            String[] parts = assignment.split(":", 2);
            request.assignments()
                    .add(new SyncGroupRequestAssignment()
                            .setMemberId(printer.memberId(parts[0]))
                            .setAssignment(parts[1].getBytes(StandardCharsets.UTF_8)));
        }
        request(new GroupCommand.Sync(request, printer.sync(name)));
    }

    private void heartbeat(ScriptLine args) {
        String name = args.word(1);
        HeartbeatRequestData request = new HeartbeatRequestData()
                .setGroupId(args.word(0))
                .setMemberId(printer.memberId(name))
                .setGroupInstanceId(args.text("instance", null))
                .setGenerationId(generation(args, name));
        request(new GroupCommand.Heartbeat(request, printer.heartbeat(name)));
    }

    private void leave(ScriptLine args) {
        LeaveGroupRequestData request = new LeaveGroupRequestData().setGroupId(args.word(0));
        for (String name : args.words().subList(1, args.words().size()))
            request.members()
                    .add(new MemberIdentity()
                            .setMemberId(printer.memberId(name))
                            .setGroupInstanceId(args.text("instance", null)));
        if (request.members().isEmpty())
            request.members().add(new MemberIdentity().setGroupInstanceId(args.text("instance", null)));
        request(new GroupCommand.Leave(request, printer.leave()));
    }

    private void commit(ScriptLine args) {
        String name = args.word(1);
        OffsetCommitRequestData request = new OffsetCommitRequestData()
                .setGroupId(args.word(0))
                .setMemberId(printer.memberId(name))
                .setGroupInstanceId(args.text("instance", null))
                .setGenerationIdOrMemberEpoch(generation(args, name))
                .setRetentionTimeMs(Long.parseLong(args.text("retention", "-1")));
        Map<String, OffsetCommitRequestTopic> topics = new LinkedHashMap<>();
        args.options().forEach((key, value) -> {
            if (!key.matches(".*-\\d+")) return;
            TopicPartition partition = ScriptLine.partition(key);
            String[] parts = value.split(":", 2);
            topics.computeIfAbsent(partition.topic(), topic -> new OffsetCommitRequestTopic().setName(topic))
                    .partitions()
                    .add(new OffsetCommitRequestPartition()
                            .setPartitionIndex(partition.partition())
                            .setCommittedOffset(Long.parseLong(parts[0]))
                            .setCommittedMetadata(parts.length > 1 ? parts[1] : null));
        });
        request.setTopics(new ArrayList<>(topics.values()));
        request(new GroupCommand.Commit(request, (short) args.number("v", 9), printer.commit()));
    }

    private void fetch(ScriptLine args) {
        OffsetFetchRequestGroup request =
                new OffsetFetchRequestGroup().setGroupId(args.word(0)).setTopics(null);
        boolean requireStable = args.words().contains("stable");
        List<String> partitions = args.words().subList(1, args.words().size() - (requireStable ? 1 : 0));
        if (!partitions.equals(List.of("all"))) {
            request.setTopics(new ArrayList<>());
            for (String text : partitions) {
                TopicPartition partition = ScriptLine.partition(text);
                request.topics()
                        .add(new OffsetFetchRequestTopics()
                                .setName(partition.topic())
                                .setPartitionIndexes(List.of(partition.partition())));
            }
        }
        request(new GroupCommand.Fetch(request, requireStable, printer.fetch()));
    }

    private void deleteOffsets(ScriptLine args) {
        OffsetDeleteRequestData request = new OffsetDeleteRequestData().setGroupId(args.word(0));
        for (String text : args.words().subList(1, args.words().size())) {
            TopicPartition partition = ScriptLine.partition(text);
            OffsetDeleteRequestTopic topic = request.topics().find(partition.topic());
            if (topic == null) {
                topic = new OffsetDeleteRequestTopic().setName(partition.topic());
                request.topics().add(topic);
            }
            topic.partitions().add(new OffsetDeleteRequestPartition().setPartitionIndex(partition.partition()));
        }
        request(new GroupCommand.DeleteOffsets(request, printer.deletedOffsets()));
    }

    private void describe(ScriptLine args) {
        request(new GroupCommand.Describe(args.words(), (short) args.number("v", 6), printer.describe()));
    }

    private void list(ScriptLine args) {
        ListGroupsRequestData request = new ListGroupsRequestData()
                .setStatesFilter(args.list("states", ""))
                .setTypesFilter(args.list("types", ""));
        request(new GroupCommand.ListAll(request, printer.list()));
    }

    private void topicsDeleted(ScriptLine args) {
        Map<String, TopicId> deleted = new HashMap<>();
        args.words().forEach(topic -> deleted.put(topic, new TopicId(1, topic.hashCode())));
        step(new CoordinatorEvent.RequestedOfAll<>(new GroupCommand.TopicsDeleted(deleted)));
    }

    private void set(ScriptLine args) {
        settings = new GroupSettings(
                args.number("min-session", settings.minSessionTimeoutMs()),
                args.number("max-session", settings.maxSessionTimeoutMs()),
                args.number("initial-delay", settings.initialRebalanceDelayMs()),
                args.number("max-size", settings.groupMaxSize()),
                args.number("metadata-max", settings.offsetMetadataMaxBytes()),
                args.number("retention", (int) settings.offsetsRetentionMs()),
                args.number("retention-check", (int) settings.retentionCheckIntervalMs()));
        step(new CoordinatorEvent.RequestedOfAll<>(new GroupCommand.Configure(settings)));
    }
}
