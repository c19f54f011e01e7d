package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.TopicPartition;
import io.ottla.cluster.Coordination.Op;
import io.ottla.cluster.Coordination.Refusal;
import io.ottla.cluster.PlanUnderWay.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** How a plan becomes transactions: what goes together, what goes beside, what waits; and whom a refusal concerns. */
class PlanUnderWayTest {
    private static final int EPOCH_VERSION = 7;

    private final Plan.Draft<String> draft = new Plan.Draft<>();

    private static TopicPartition partition(int number) {
        return new TopicPartition("t", number);
    }

    private static PartitionState state(int leaderEpoch) {
        return new PartitionState(1, leaderEpoch, 1, List.of(1), false);
    }

    private void states(int from, int to) {
        for (int number = from; number < to; number++) {
            draft.answer("t-" + number, Answer.ok("led"));
            draft.state("t-" + number, partition(number), state(1), 0);
        }
    }

    private static Plan<String> again(int number, int version) {
        Plan.Draft<String> again = new Plan.Draft<>();
        again.answer("t-" + number, Answer.ok("led again"));
        again.state("t-" + number, partition(number), state(2), version);
        return again.plan();
    }

    private void topic(String name, int operations) {
        List<Op> ops = new ArrayList<>();
        for (int i = 0; i < operations; i++) ops.add(new Op.Delete("/" + name + "/" + i, 0));
        draft.answer(name, Answer.ok("gone"));
        draft.step(name, ops);
    }

    private static List<String> subjects(Transaction transaction) {
        return transaction.steps().stream().map(Plan.Step::subject).toList();
    }

    private static String error(PlanUnderWay<String> plan, String subject) {
        return plan.answers().get(subject) instanceof Answer.Refused<String> refused
                ? refused.error().name()
                : "OK";
    }

    @Test
    void everyTransactionChecksTheEpochOfTheController() {
        topic("a", 1);
        states(0, 2);
        for (Transaction each : new PlanUnderWay<>(draft.plan()).next(EPOCH_VERSION))
            assertThat(each.ops().getFirst()).isEqualTo(new Op.Check("/controller_epoch", EPOCH_VERSION));
    }

    @Test
    void aHundredStatesGoTogetherAndAThousandAreUnderWay() {
        states(0, 2_550);
        PlanUnderWay<String> plan = new PlanUnderWay<>(draft.plan());
        List<Transaction> sent = new ArrayList<>(plan.next(EPOCH_VERSION));
        assertThat(sent).hasSize(10).allSatisfy(each -> assertThat(each.steps()).hasSize(100));
        assertThat(plan.next(EPOCH_VERSION)).isEmpty();
        List<Integer> order = new ArrayList<>();
        while (!sent.isEmpty()) {
            Transaction first = sent.removeFirst();
            for (Plan.Step step : first.steps())
                order.add(((Plan.Step.NextState) step).partition().partition());
            plan.committed(first);
            sent.addAll(plan.next(EPOCH_VERSION));
            assertThat(plan.isDone()).isEqualTo(sent.isEmpty());
        }
        assertThat(order).hasSize(2_550).isSorted();
    }

    @Test
    void stepsInOrderGoTogetherAndOneTransactionAfterTheOther() {
        topic("a", 600);
        topic("b", 300);
        topic("c", 300);
        states(0, 1);
        PlanUnderWay<String> plan = new PlanUnderWay<>(draft.plan());
        List<Transaction> sent = plan.next(EPOCH_VERSION);
        assertThat(sent.stream().map(PlanUnderWayTest::subjects)).containsExactly(List.of("a", "b"), List.of("t-0"));
        plan.committed(sent.getLast());
        assertThat(plan.next(EPOCH_VERSION)).isEmpty();
        plan.committed(sent.getFirst());
        assertThat(plan.next(EPOCH_VERSION).stream().map(PlanUnderWayTest::subjects))
                .containsExactly(List.of("c"));
    }

    @Test
    void aRefusedStepTakesTheLaterOnesOfItsSubjectWithItAndNoOthers() {
        topic("a", 1);
        topic("b", 1);
        topic("a", 999);
        states(0, 1);
        PlanUnderWay<String> plan = new PlanUnderWay<>(draft.plan());
        List<Transaction> sent = plan.next(EPOCH_VERSION);
        plan.refused(sent.getFirst(), 1, Refusal.NODE_EXISTS);
        plan.committed(sent.getLast());
        List<Transaction> rest = plan.next(EPOCH_VERSION);
        assertThat(rest.stream().map(PlanUnderWayTest::subjects)).containsExactly(List.of("b"));
        plan.committed(rest.getFirst());
        assertThat(plan.next(EPOCH_VERSION)).isEmpty();
        assertThat(plan.isDone()).isTrue();
        assertThat(error(plan, "a")).isEqualTo("TOPIC_ALREADY_EXISTS");
        assertThat(error(plan, "b")).isEqualTo("OK");
    }

    @Test
    void aRefusedStateIsPlannedAnewForItsPartitionAloneAndTheOthersGoAgain() {
        states(0, 3);
        PlanUnderWay<String> plan = new PlanUnderWay<>(draft.plan());
        plan.refused(plan.next(EPOCH_VERSION).getFirst(), 2, Refusal.BAD_VERSION);
        List<Transaction> sent = plan.next(EPOCH_VERSION);
        assertThat(sent.stream().map(PlanUnderWayTest::subjects)).containsExactly(List.of("t-0"), List.of("t-2"));
        for (Transaction each : sent) plan.committed(each);
        assertThat(plan.next(EPOCH_VERSION)).isEmpty(); // not before the image has been told
        assertThat(plan.isDone()).isFalse();
        assertThat(plan.conflicting()).extracting(Plan.Step::subject).containsExactly("t-1");
        plan.planned(plan.conflicting().getFirst(), again(1, 4));
        Transaction second = plan.next(EPOCH_VERSION).getFirst();
        assertThat(second.ops().getLast())
                .usingRecursiveComparison()
                .isEqualTo(new Op.SetData("/brokers/topics/t/partitions/1/state", state(2).encode(), 4));
        plan.committed(second);
        assertThat(plan.isDone()).isTrue();
        assertThat(plan.answers())
                .isEqualTo(Map.of("t-0", Answer.ok("led"), "t-1", Answer.ok("led again"), "t-2", Answer.ok("led")));
    }

    @Test
    void whatIsLastWaitsForAllOthersToBeDoneOrRefusedForGood() {
        draft.last("done", List.of(new Op.SetData("/done", new byte[0], 3)));
        topic("a", 1);
        states(0, 2);
        PlanUnderWay<String> plan = new PlanUnderWay<>(draft.plan());
        List<Transaction> sent = plan.next(EPOCH_VERSION);
        assertThat(sent.stream().map(PlanUnderWayTest::subjects)).containsExactly(List.of("a"), List.of("t-0", "t-1"));
        plan.committed(sent.get(0));
        plan.refused(sent.get(1), 1, Refusal.BAD_VERSION);
        plan.committed(plan.next(EPOCH_VERSION).getFirst());
        assertThat(plan.next(EPOCH_VERSION)).isEmpty();
        plan.planned(plan.conflicting().getFirst(), again(0, 4));
        Transaction second = plan.next(EPOCH_VERSION).getFirst();
        plan.refused(second, 1, Refusal.NO_NODE);
        plan.planned(plan.conflicting().getFirst(), again(0, 4)); // nothing new
        assertThat(error(plan, "t-0")).isEqualTo("UNKNOWN_SERVER_ERROR");
        Transaction last = plan.next(EPOCH_VERSION).getFirst();
        assertThat(subjects(last)).containsExactly("done");
        assertThat(plan.isDone()).isFalse();
        plan.committed(last);
        assertThat(plan.isDone()).isTrue();
    }

    @Test
    void whatIsLastIsNotSaidWhereAnythingIsUncertain() {
        draft.last("done", List.of(new Op.SetData("/done", new byte[0], 3)));
        states(0, 101);
        PlanUnderWay<String> plan = new PlanUnderWay<>(draft.plan());
        List<Transaction> sent = plan.next(EPOCH_VERSION);
        plan.unknown(sent.get(0), "session lost");
        plan.committed(sent.get(1));
        assertThat(plan.next(EPOCH_VERSION)).isEmpty();
        assertThat(plan.isDone()).isTrue();
        assertThat(error(plan, "done")).isEqualTo("REQUEST_TIMED_OUT");
    }

    @Test
    void whoWritesAPartitionAllTheTimeHasHisWay() {
        states(0, 1);
        PlanUnderWay<String> plan = new PlanUnderWay<>(draft.plan());
        int attempts = 0;
        while (!plan.isDone()) {
            plan.refused(plan.next(EPOCH_VERSION).getFirst(), 1, Refusal.BAD_VERSION);
            attempts++;
            for (Plan.Step.NextState step : plan.conflicting()) plan.planned(step, again(0, attempts));
        }
        assertThat(attempts).isEqualTo(PlanUnderWay.MAX_ATTEMPTS + 1);
        assertThat(error(plan, "t-0")).isEqualTo("UNKNOWN_SERVER_ERROR");
    }

    @Test
    void whatIsUncertainEndsThePlanOnceAllUnderWayHaveTheirAnswers() {
        states(0, 1_002);
        topic("a", 1_000);
        topic("a", 1_000);
        PlanUnderWay<String> plan = new PlanUnderWay<>(draft.plan());
        List<Transaction> sent = plan.next(EPOCH_VERSION);
        plan.refused(sent.get(1), 1, Refusal.BAD_VERSION);
        plan.unknown(sent.get(2), "session lost");
        assertThat(plan.next(EPOCH_VERSION)).isEmpty();
        assertThat(plan.conflicting()).isEmpty(); // no image may come for long
        plan.committed(sent.get(0));
        plan.refused(sent.get(3), 1, Refusal.BAD_VERSION);
        for (Transaction each : sent.subList(4, sent.size())) plan.committed(each);
        assertThat(plan.isDone()).isTrue();
        assertThat(plan.isUncertain()).isTrue();
        Map<String, String> errors = new TreeMap<>();
        for (String subject : plan.answers().keySet()) errors.put(subject, error(plan, subject));
        // the transaction of the topic is the first; the states of 0 to 99, 100 to 199 and 200 to 299 follow
        for (String subject : List.of("a", "t-0", "t-1", "t-99", "t-100", "t-199", "t-201", "t-1000", "t-1001"))
            assertThat(errors).containsEntry(subject, "REQUEST_TIMED_OUT");
        assertThat(errors).containsEntry("t-200", "UNKNOWN_SERVER_ERROR");
        assertThat(errors).containsEntry("t-300", "OK").containsEntry("t-999", "OK");
    }

    @Test
    void aControllerThatHasBeenReplacedWritesNoMore() {
        states(0, 1_100);
        PlanUnderWay<String> plan = new PlanUnderWay<>(draft.plan());
        List<Transaction> sent = plan.next(EPOCH_VERSION);
        plan.committed(sent.getFirst());
        plan.fenced(sent.get(1));
        plan.giveUp(ErrorCode.NOT_CONTROLLER, "The controller has been replaced.");
        for (Transaction each : sent.subList(2, sent.size())) plan.fenced(each);
        assertThat(plan.isDone()).isTrue();
        assertThat(error(plan, "t-0")).isEqualTo("OK");
        assertThat(error(plan, "t-99")).isEqualTo("OK");
        assertThat(List.of("t-100", "t-999", "t-1000"))
                .allSatisfy(subject -> assertThat(error(plan, subject)).isEqualTo("NOT_CONTROLLER"));
    }
}
