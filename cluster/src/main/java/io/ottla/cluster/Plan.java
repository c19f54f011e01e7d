package io.ottla.cluster;

import io.ottla.base.TopicPartition;
import io.ottla.cluster.Coordination.Op;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the controller has decided: writes, and what to answer once they are committed. {@link PlanUnderWay} carries it out.
 *
 * @param answers per subject: those that are refused already, and what the others get if all their steps are committed
 */
record Plan<T>(List<Step> steps, Map<String, Answer<T>> answers) {

    /** A transaction has at most so many operations, so that none holds up the others for long. */
    static final int MAX_OPS = 1_000;

    /** A transaction has at most so many bytes: half of what ZooKeeper takes unless told otherwise (jute.maxbuffer). */
    static final int MAX_BYTES = 512 * 1024;

    /** What a path, a version and a type cost around the data. */
    private static final int OP_OVERHEAD_BYTES = 32;

    /** All or nothing. Its subject is what it concerns: the name of a topic, a partition, an entity. */
    sealed interface Step {
        String subject();

        List<Op> ops();

        /**
         * Znodes that come, go, or are written once: one step after the other, joined with its neighbours in one transaction. When one fails, so do the
         * later ones of the same subject.
         */
        record InOrder(String subject, List<Op> ops) implements Step {
            int sizeBytes() {
                int size = 0;
                for (Op op : ops) size += Plan.sizeBytes(op);
                return size;
            }
        }

        /**
         * The next state of one partition, which others write too. It goes together with those of other partitions; if it is refused, its
         * partition alone is planned anew.
         *
         * @param version the state's, that this was decided on
         */
        record NextState(String subject, TopicPartition partition, PartitionState state, int version) implements Step {
            /** Made when it is written: there may be a million of these in a plan. */
            @Override
            public List<Op> ops() {
                return List.of(new Op.SetData(
                        ZnodePath.state(partition.topic(), partition.partition()), state.encode(), version));
            }
        }

        /** Says that the rest is done, or has been refused for good: a transaction of its own, after all others. Not sent where anything is uncertain. */
        record Last(String subject, List<Op> ops) implements Step {}
    }

    static int sizeBytes(Op op) {
        int data = switch (op) {
            case Op.Create create -> create.data().length;
            case Op.SetData set -> set.data().length;
            case Op.Delete delete -> 0;
            case Op.Check check -> 0;
        };
        return OP_OVERHEAD_BYTES + op.path().length() + data;
    }

    /** Collects a plan. */
    static final class Draft<T> {
        private final List<Step> steps = new ArrayList<>();
        private final Map<String, Answer<T>> answers = new LinkedHashMap<>();

        void answer(String subject, Answer<T> answer) {
            answers.put(subject, answer);
        }

        void refuse(String subject, ErrorCode error, String message) {
            answers.put(subject, Answer.refused(error, message));
        }

        boolean hasAnswer(String subject) {
            return answers.containsKey(subject);
        }

        /** How many subjects have an answer. */
        int size() {
            return answers.size();
        }

        void step(String subject, List<Op> ops) {
            steps.add(new Step.InOrder(subject, List.copyOf(ops)));
        }

        void state(String subject, TopicPartition partition, PartitionState state, int version) {
            steps.add(new Step.NextState(subject, partition, state, version));
        }

        void last(String subject, List<Op> ops) {
            steps.add(new Step.Last(subject, List.copyOf(ops)));
        }

        /**
         * Operations that may be cut into several transactions, between any two groups.
         *
         * @param groups each stays whole
         */
        void cuttable(String subject, List<List<Op>> groups) {
            List<Op> step = new ArrayList<>();
            int size = 0;
            for (List<Op> group : groups) {
                int more = 0;
                for (Op op : group) more += sizeBytes(op);
                if (!step.isEmpty() && (step.size() + group.size() >= MAX_OPS || size + more > MAX_BYTES)) {
                    step(subject, step);
                    step.clear();
                    size = 0;
                }
                step.addAll(group);
                size += more;
            }
            if (!step.isEmpty()) step(subject, step);
        }

        Plan<T> plan() {
            return new Plan<>(List.copyOf(steps), answers);
        }
    }
}
