package io.ottla.coordinator;

import io.ottla.base.Core;
import io.ottla.base.Effects;
import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.JoinGroupRequestData;
import io.ottla.kafkamessages.ListGroupsResponseData;
import io.ottla.kafkaprotocol.Compression;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;

/**
 * The group coordinator of a node: consumer groups and their offsets, kept in {@code __consumer_offsets}.
 *
 * <p>What concerns a group goes to the partition that its id hashes to ({@link #partitionFor}). A request for a
 * partition that this node does not lead is answered NOT_COORDINATOR, one for a partition that is still being loaded
 * COORDINATOR_LOAD_IN_PROGRESS.
 */
public final class GroupCoordinator implements Core<CoordinatorEvent<GroupCommand>, CoordinatorEffect> {
    private final CoordinatorRuntime<GroupCommand> runtime;
    private GroupSettings settings;

    /**
     * @param compression {@code offsets.topic.compression.codec}
     * @param random for member ids
     */
    public GroupCoordinator(
            long nowMs,
            GroupSettings settings,
            Compression compression,
            CoordinatorLimits limits,
            SeededRandom random) {
        this.settings = settings;
        runtime = new CoordinatorRuntime<>(
                nowMs,
                partition -> new GroupShard(random.split(), this.settings),
                GroupCoordinator::refuse,
                new CoordinatorBatch(compression),
                limits);
    }

    /** The partition of {@code __consumer_offsets} that a group belongs to. */
    public static int partitionFor(String groupId, int partitions) {
        return GroupRecords.partitionFor(groupId, partitions);
    }

    @Override
    public void step(long nowMs, CoordinatorEvent<GroupCommand> event, Effects<CoordinatorEffect> effects) {
        switch (event) {
            case CoordinatorEvent.Requested<GroupCommand>(int partition, GroupCommand command)
            when invalid(command).isPresent() ->
                refuse(command, invalid(command).get(), effects);
            case CoordinatorEvent.RequestedOfAll<GroupCommand>(GroupCommand.Configure(GroupSettings changed)) -> {
                settings = changed;
                runtime.step(nowMs, event, effects);
            }
            default -> runtime.step(nowMs, event, effects);
        }
    }

    /** What is wrong with a request whatever the state of its group. */
    private Optional<Errors> invalid(GroupCommand command) {
        return switch (command) {
            case GroupCommand.Join join -> invalid(join.request());
            case GroupCommand.Sync sync -> needsGroupId(sync.request().groupId());
            case GroupCommand.Heartbeat heartbeat ->
                needsGroupId(heartbeat.request().groupId());
            case GroupCommand.Leave leave -> needsGroupId(leave.request().groupId());
            case GroupCommand.DeleteOffsets delete ->
                needsGroupId(delete.request().groupId());
            // the empty group id is old clients' way of committing without a group
            case GroupCommand.Commit commit -> Optional.empty();
            case GroupCommand.Fetch fetch -> Optional.empty();
            case GroupCommand.Describe describe -> Optional.empty();
            case GroupCommand.ListAll list -> Optional.empty();
            case GroupCommand.DeleteGroups delete -> Optional.empty();
            case GroupCommand.TopicsDeleted deleted -> Optional.empty();
            case GroupCommand.Configure configure -> Optional.empty();
        };
    }

    private Optional<Errors> invalid(JoinGroupRequestData request) {
        boolean isSessionOutOfRange = request.sessionTimeoutMs() < settings.minSessionTimeoutMs()
                || request.sessionTimeoutMs() > settings.maxSessionTimeoutMs();
        return needsGroupId(request.groupId())
                .or(() -> isSessionOutOfRange ? Optional.of(Errors.INVALID_SESSION_TIMEOUT) : Optional.empty());
    }

    private static Optional<Errors> needsGroupId(String groupId) {
        return groupId.isEmpty() ? Optional.of(Errors.INVALID_GROUP_ID) : Optional.empty();
    }

    private static void refuse(GroupCommand command, Errors error, Effects<CoordinatorEffect> effects) {
        switch (command) {
            case GroupCommand.Join join -> {
                boolean isInvalid = error == Errors.INVALID_GROUP_ID || error == Errors.INVALID_SESSION_TIMEOUT;
                String memberId = isInvalid ? join.request().memberId() : "";
                respond(effects, join.reply(), GroupAnswers.join(memberId, error));
            }
            case GroupCommand.Sync sync -> respond(effects, sync.reply(), GroupAnswers.sync(error));
            case GroupCommand.Heartbeat heartbeat -> respond(effects, heartbeat.reply(), GroupAnswers.heartbeat(error));
            case GroupCommand.Leave leave -> respond(effects, leave.reply(), GroupAnswers.leave(error));
            case GroupCommand.Commit commit ->
                respond(effects, commit.reply(), GroupAnswers.commit(commit.request(), error));
            case GroupCommand.Fetch fetch ->
                respond(
                        effects,
                        fetch.reply(),
                        GroupAnswers.fetch(fetch.request().groupId(), error));
            case GroupCommand.DeleteOffsets delete -> respond(effects, delete.reply(), GroupAnswers.delete(error));
            case GroupCommand.Describe describe ->
                respond(effects, describe.reply(), GroupAnswers.describe(describe.groupIds(), error));
            // another node has those groups; what is still loading here would be missed
            case GroupCommand.ListAll list -> {
                Errors told = error == Errors.NOT_COORDINATOR ? Errors.NONE : error;
                respond(effects, list.reply(), new ListGroupsResponseData().setErrorCode(told.code()));
            }
            case GroupCommand.DeleteGroups delete ->
                respond(effects, delete.reply(), GroupAnswers.deleteGroups(delete.groupIds(), error));
            case GroupCommand.TopicsDeleted deleted -> {}
            case GroupCommand.Configure configure -> {}
        }
    }

    private static <R> void respond(Effects<CoordinatorEffect> effects, ReplyTo<R> reply, R response) {
        effects.add(new CoordinatorEffect.Respond<>(reply, response));
    }

    /** The partitions that this node coordinates, loaded or loading. */
    public List<Integer> partitions() {
        return runtime.partitions();
    }

    public boolean isActive(int partition) {
        return runtime.isActive(partition);
    }

    @Override
    public long nextDeadlineMs() {
        return runtime.nextDeadlineMs();
    }
}
