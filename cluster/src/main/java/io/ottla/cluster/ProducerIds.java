package io.ottla.cluster;

import io.ottla.base.Clock;
import io.ottla.cluster.Coordination.CreateMode;
import io.ottla.cluster.Coordination.Op;
import io.ottla.cluster.Coordination.Result;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Gives out producer ids, each once in the life of the cluster. Takes blocks of {@link ProducerIdBlock#SIZE} from
 * {@code /latest_producer_id_block} by a conditional write, as any broker does for itself; what is left of a block when
 * the broker stops is never used.
 */
public final class ProducerIds {
    /** So many may wait for a block. */
    static final int MAX_WAITING = 100_000;

    /** Another broker may be quicker this often in a row. */
    private static final int MAX_ATTEMPTS = 10;

    private final int brokerId;
    private final Coordination coordination;
    private final ClusterFollower follower;
    private final Clock clock;
    private final ArrayDeque<Consumer<Answer<Long>>> waiting = new ArrayDeque<>();
    private long next;
    private long last = -1;
    private boolean isTaking;

    public ProducerIds(int brokerId, Coordination coordination, ClusterFollower follower, Clock clock) {
        this.brokerId = brokerId;
        this.coordination = coordination;
        this.follower = follower;
        this.clock = clock;
    }

    /** Gives one id; the answer comes on the loop, never within the call. */
    public void next(Consumer<Answer<Long>> answer) {
        if (waiting.size() >= MAX_WAITING) {
            clock.execute(() -> answer.accept(
                    Answer.refused(ErrorCode.THROTTLING_QUOTA_EXCEEDED, "Too many wait for producer ids.")));
            return;
        }
        waiting.add(answer);
        if (isTaking) return;
        isTaking = true;
        clock.execute(() -> serve(MAX_ATTEMPTS));
    }

    private void serve(int attemptsLeft) {
        while (next <= last && !waiting.isEmpty()) waiting.remove().accept(Answer.ok(next++));
        if (waiting.isEmpty()) isTaking = false;
        else if (attemptsLeft == 0) refuse("other brokers took every block of producer ids");
        else take(attemptsLeft);
    }

    private void take(int attemptsLeft) {
        Optional<ClusterImage.ProducerIds> known = follower.image().producerIds();
        Optional<ProducerIdBlock> before = known.flatMap(ClusterImage.ProducerIds::block);
        if (before.filter(ProducerIdBlock::isLast).isPresent()) {
            refuse("all producer ids have been given out, says " + ZnodePath.PRODUCER_ID_BLOCK);
            return;
        }
        ProducerIdBlock block =
                before.orElse(new ProducerIdBlock(brokerId, 0, -1)).next(brokerId);
        Op op = known.isEmpty()
                ? new Op.Create(ZnodePath.PRODUCER_ID_BLOCK, block.encode(), CreateMode.PERSISTENT)
                : new Op.SetData(
                        ZnodePath.PRODUCER_ID_BLOCK, block.encode(), known.get().version());
        coordination.write(List.of(op), result -> {
            switch (result) {
                case Result.Committed committed -> {
                    next = block.first();
                    last = block.last();
                    serve(MAX_ATTEMPTS);
                }
                // another broker's block, which the image shows
                case Result.Refused refused -> follower.whenTold(() -> serve(attemptsLeft - 1));
                case Result.Unknown(String why) -> refuse("no block of producer ids: " + why);
            }
        });
    }

    private void refuse(String why) {
        isTaking = false;
        List<Consumer<Answer<Long>>> refused = List.copyOf(waiting);
        waiting.clear();
        refused.forEach(answer -> answer.accept(Answer.refused(ErrorCode.REQUEST_TIMED_OUT, why)));
    }
}
