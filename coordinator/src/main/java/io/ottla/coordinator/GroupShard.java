package io.ottla.coordinator;

import io.ottla.base.SeededRandom;
import io.ottla.kafkamessages.DeleteGroupsResponseData.DeletableGroupResult;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.common.protocol.Errors;

/** The consumer groups of one partition of {@code __consumer_offsets}. */
final class GroupShard implements Shard<GroupCommand> {
    /** Offsets looked at for expiry in one turn, so that no turn is long. */
    static final int EXPIRY_OFFSETS_MAX = 10_000;

    private final GroupState state = new GroupState();
    private final GroupDeadlines deadlines = new GroupDeadlines();
    private final Rebalances rebalances;
    private final Groups groups;
    private final Joins joins;
    private final Memberships memberships;
    private final OffsetCommits offsets;
    private final GroupQueries queries;
    private GroupSettings settings;
    private long expiryAtMs = NO_EXPIRY;
    /** Groups that are still to be looked at in the expiry under way. */
    private final ArrayDeque<String> toExpire = new ArrayDeque<>();

    private static final long NO_EXPIRY = Long.MAX_VALUE;

    GroupShard(SeededRandom random, GroupSettings settings) {
        this.settings = settings;
        rebalances = new Rebalances(deadlines, settings);
        groups = new Groups(state, rebalances);
        joins = new Joins(groups, rebalances, random, settings);
        memberships = new Memberships(groups, rebalances);
        offsets = new OffsetCommits(state, groups, rebalances, settings);
        queries = new GroupQueries(state, groups);
    }

    @Override
    public Timeline timeline() {
        return state.timeline();
    }

    @Override
    public Optional<CoordinatorRecord> decode(ByteBuffer key, Optional<ByteBuffer> value) {
        return GroupRecords.decode(key, value);
    }

    @Override
    public void replay(CoordinatorRecord record, long offset, long producerId) {
        state.replay(record, offset, producerId);
    }

    @Override
    public void replayMarker(long producerId, boolean committed) {
        state.replayMarker(producerId, committed);
    }

    @Override
    public void activate(Turn turn) {
        expiryAtMs = turn.steadyMs() + settings.retentionCheckIntervalMs();
        for (String groupId : state.groupIds()) {
            if (state.group(groupId).orElseThrow().members().isEmpty()) continue;
            ClassicGroup group = groups.find(turn, groupId).orElseThrow();
            if (group.size() > settings.groupMaxSize()) rebalances.prepare(turn, group, "too many members");
        }
    }

    @Override
    public void handle(GroupCommand command, Turn turn) {
        switch (command) {
            case GroupCommand.Join join -> joins.join(turn, join);
            case GroupCommand.Sync sync -> memberships.sync(turn, sync);
            case GroupCommand.Heartbeat heartbeat -> memberships.heartbeat(turn, heartbeat);
            case GroupCommand.Leave leave -> memberships.leave(turn, leave);
            case GroupCommand.Commit commit -> offsets.commit(turn, commit);
            case GroupCommand.DeleteOffsets delete -> offsets.delete(turn, delete);
            case GroupCommand.DeleteGroups delete -> deleteGroups(turn, delete);
            case GroupCommand.Fetch fetch -> fetch(turn, fetch);
            case GroupCommand.Describe describe ->
                turn.answerNow(describe.reply(), queries.describe(describe.groupIds(), describe.version()));
            case GroupCommand.ListAll list -> turn.answerNow(list.reply(), queries.list(list.request()));
            case GroupCommand.TopicsDeleted deleted -> offsets.topicsDeleted(turn, deleted.idByName());
            case GroupCommand.Configure configure -> configure(turn, configure.settings());
        }
    }

    private void fetch(Turn turn, GroupCommand.Fetch fetch) {
        var response = queries.fetch(fetch.request(), fetch.requireStable());
        if (fetch.requireStable()) {
            String groupId = fetch.request().groupId();
            turn.answer(fetch.reply(), response, error -> GroupAnswers.fetch(groupId, error));
        } else {
            turn.answerNow(fetch.reply(), response);
        }
    }

    private void deleteGroups(Turn turn, GroupCommand.DeleteGroups delete) {
        List<CoordinatorRecord> records = new ArrayList<>();
        List<DeletableGroupResult> results = new ArrayList<>();
        for (String groupId : new LinkedHashSet<>(delete.groupIds())) {
            Optional<ClassicGroup> group = groups.peek(groupId);
            Errors error = Errors.NONE;
            if (group.isEmpty()) {
                error = Errors.GROUP_ID_NOT_FOUND;
            } else if (!group.get().is(ClassicGroup.State.EMPTY)) {
                error = Errors.NON_EMPTY_GROUP;
            } else {
                offsets.deleteAll(groupId, records);
                records.add(GroupRecords.groupTombstone(groupId));
                groups.deleted(turn, groupId);
            }
            results.add(new DeletableGroupResult().setGroupId(groupId).setErrorCode(error.code()));
        }
        turn.writeSpread(records);
        turn.answer(delete.reply(), results, error -> GroupAnswers.deleteGroups(delete.groupIds(), error));
    }

    private void configure(Turn turn, GroupSettings settings) {
        boolean isOtherInterval = settings.retentionCheckIntervalMs() != this.settings.retentionCheckIntervalMs();
        this.settings = settings;
        rebalances.settings(settings);
        joins.settings(settings);
        offsets.settings(settings);
        if (isOtherInterval) expiryAtMs = turn.steadyMs() + settings.retentionCheckIntervalMs();
    }

    @Override
    public void tick(Turn turn) {
        for (Optional<ClassicGroup> due = deadlines.poll(turn.steadyMs());
                due.isPresent();
                due = deadlines.poll(turn.steadyMs())) {
            rebalances.tick(turn, due.get());
        }
        if (turn.steadyMs() >= expiryAtMs) expire(turn);
    }

    private void expire(Turn turn) {
        if (toExpire.isEmpty()) toExpire.addAll(state.groupIds());
        List<CoordinatorRecord> records = new ArrayList<>();
        for (int seen = 0; seen < EXPIRY_OFFSETS_MAX && !toExpire.isEmpty(); )
            seen += offsets.expire(turn, toExpire.poll(), records);
        turn.writeSpread(records);
        if (!toExpire.isEmpty()) return; // goes on with the next tick
        expiryAtMs = turn.steadyMs() + settings.retentionCheckIntervalMs();
        state.sweep();
    }

    @Override
    public long nextDeadlineMs() {
        return Math.min(expiryAtMs, deadlines.nextMs());
    }

    @Override
    public void deactivate(Turn turn, Errors error) {
        groups.dissolveAll(turn, error);
    }
}
