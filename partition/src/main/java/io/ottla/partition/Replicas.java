package io.ottla.partition;

import io.ottla.base.Clock;
import io.ottla.base.Completion;
import io.ottla.base.Limits;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.log.AppendOrigin;
import io.ottla.log.LogDir;
import io.ottla.log.Logs;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.protocol.Errors;

/**
 * The replicas of this node, by partition. A replica is made when somebody first asks for it, from what the cluster
 * decided by then ({@link #assigned}): so a partition that nobody uses costs nothing here, and a start with a million of
 * them nothing at all. Those that are made are told what is decided later ({@link #assign}, {@link #unassign}, {@link
 * #configure}, {@link #delete}). Opens their logs when they are first used, and keeps the time of the writers that wait.
 * Belongs to the loop.
 */
public final class Replicas {
    private final Logs logs;
    private final ReplicaContext context;
    private final Runnable noLogDirLeft;
    private final Map<TopicPartition, Replica> byPartition = new HashMap<>();
    private Function<TopicPartition, Optional<Assignment>> assigned = partition -> Optional.empty();

    /**
     * @param logs whose failures and openings this listens to from now on
     * @param clock for deadlines, which are kept in monotonic time
     * @param limits for appends that wait for logs to be opened
     * @param noLogDirLeft runs when the last log directory has failed: such a node is of no use and should stop
     */
    public Replicas(int nodeId, Logs logs, Clock clock, Limits limits, Runnable noLogDirLeft) {
        this.logs = logs;
        context = new ReplicaContext(
                nodeId,
                clock,
                new EffectQueue(),
                new Deadlines(clock),
                new Writers(),
                new OpeningBytes(limits.openingBytes()),
                new LogOpener(logs));
        this.noLogDirLeft = noLogDirLeft;
        logs.onFailure((dir, cause) -> failed(dir));
        logs.onOpened(log -> get(log.topicPartition()).ifPresent(this::takeUp));
    }

    public int nodeId() {
        return context.nodeId();
    }

    /**
     * Where to look up what the cluster decided about a partition that has no replica here yet.
     *
     * @param source empty for a partition that has no replica on this node
     */
    public void assigned(Function<TopicPartition, Optional<Assignment>> source) {
        assigned = source;
    }

    /** Empty if no replica of the partition is here. */
    public Optional<Replica> get(TopicPartition partition) {
        Replica made = byPartition.get(partition);
        if (made != null) return Optional.of(made);
        return assigned.apply(partition).map(assignment -> {
            Replica replica = make(partition, assignment.topicId(), assignment.config());
            replica.decided(assignment.decision());
            return replica;
        });
    }

    private Replica make(TopicPartition partition, TopicId topicId, PartitionConfig config) {
        Replica replica = new Replica(context, partition, topicId, config);
        byPartition.put(partition, replica);
        boolean isOnFailedDir = logs.dirOf(partition).flatMap(LogDir::failure).isPresent();
        if (isOnFailedDir) replica.fail();
        return replica;
    }

    /** Empty as long as nobody has asked for it, and if no replica of the partition is here. */
    public Optional<Replica> made(TopicPartition partition) {
        return Optional.ofNullable(byPartition.get(partition));
    }

    /** Those that somebody has asked for. */
    public Collection<Replica> made() {
        return Collections.unmodifiableCollection(byPartition.values());
    }

    // What the cluster decided.

    /**
     * This node leads the partition or follows; the replica is made here if it is new. One of the same name and another
     * topic id, which can only be what is left of a deleted topic, is deleted first. One that had no id, since it comes
     * from a Kafka before 2.8, takes it.
     */
    public void assign(TopicPartition partition, Assignment assignment) {
        TopicId topicId = assignment.topicId();
        Replica replica = byPartition.get(partition);
        if (replica != null && replica.topicId().equals(TopicId.ZERO)) replica.adopt(topicId);
        if (replica != null && !replica.topicId().equals(topicId)) {
            delete(partition, ignored -> {});
            replica = null;
        }
        if (replica == null) {
            replica = make(partition, topicId, assignment.config());
        } else {
            replica.configure(assignment.config());
        }
        replica.decided(assignment.decision());
        if (logs.get(partition).isPresent()) takeUp(replica);
    }

    /** The log is open already, or about to be, for a reason of its own: the replica tells it what is committed. */
    private void takeUp(Replica replica) {
        if (!replica.isOpen()) replica.whenOpen(() -> {});
    }

    /** This node has no replica of it any more; its log stays. */
    public void unassign(TopicPartition partition) {
        made(partition).ifPresent(Replica::unassign);
    }

    public void configure(TopicPartition partition, PartitionConfig config) {
        made(partition).ifPresent(replica -> replica.configure(config));
    }

    /** The topic is deleted: with its log. */
    public void delete(TopicPartition partition, Completion<Void> completion) {
        setAside(partition);
        logs.delete(partition, completion);
    }

    /** The topic is not there any more, and its log stays. */
    public void setAside(TopicPartition partition) {
        Replica replica = byPartition.remove(partition);
        if (replica != null) replica.remove();
    }

    private void failed(LogDir dir) {
        for (Replica replica : new ArrayList<>(byPartition.values())) {
            if (logs.dirOf(replica.topicPartition()).equals(Optional.of(dir))) replica.fail();
        }
        if (logs.dirs().stream().allMatch(each -> each.failure().isPresent())) noLogDirLeft.run();
    }

    // What clients and coordinators want.

    /**
     * Appends as the leader of the partition, if this node leads it.
     *
     * @param nowMs the wall clock, for timestamps
     * @param batches from position to limit, one or more; may be changed; the caller's again after the call
     * @param acks 0 or 1: answered when this replica has it as safe as {@code flush.messages} asks; −1: when all
     *     in-sync replicas have it
     * @param timeoutMs after which the answer is REQUEST_TIMED_OUT, whatever becomes of the records
     * @param answer called once, maybe within this call
     */
    public void append(
            long nowMs,
            TopicPartition partition,
            ByteBuffer batches,
            AppendOrigin origin,
            short acks,
            long timeoutMs,
            Consumer<AppendAnswer> answer) {
        Optional<Replica> replica = get(partition);
        if (replica.isEmpty()) answer.accept(AppendAnswer.Refused.because(Errors.NOT_LEADER_OR_FOLLOWER));
        else replica.get().append(nowMs, batches, origin, acks, timeoutMs, answer);
    }

    /** As {@link #append(long, TopicPartition, ByteBuffer, AppendOrigin, short, long, Consumer)}. */
    public void append(
            long nowMs,
            Replica replica,
            ByteBuffer batches,
            AppendOrigin origin,
            short acks,
            long timeoutMs,
            Consumer<AppendAnswer> answer) {
        replica.append(nowMs, batches, origin, acks, timeoutMs, answer);
    }

    /**
     * Reads the partition from its start to its end as it is now; what is not committed yet too, since a coordinator
     * that lost sight of an append must find it.
     *
     * @param pieces whole batches, from position to limit; valid only during the call
     * @param answer called once, never within this call
     */
    public void load(TopicPartition partition, Consumer<ByteBuffer> pieces, Consumer<LoadAnswer> answer) {
        Optional<Replica> replica = get(partition);
        if (replica.isEmpty()) {
            context.clock().execute(() -> answer.accept(new LoadAnswer.Failed(Errors.NOT_LEADER_OR_FOLLOWER)));
            return;
        }
        Loading loading = new Loading(replica.get(), pieces, answer);
        context.clock().execute(() -> {
            if (!replica.get().whenOpen(loading::begin))
                answer.accept(new LoadAnswer.Failed(Errors.COORDINATOR_LOAD_IN_PROGRESS));
        });
    }
}
