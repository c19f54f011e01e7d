package io.ottla.cluster;

import io.ottla.base.TopicPartition;
import io.ottla.cluster.Coordination.Op;
import io.ottla.cluster.Coordination.Refusal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A plan as it is carried out: which transactions go out next, and what becomes of each. Pure: what came of a transaction
 * goes in, transactions and answers come out. Each transaction checks the version of {@code /controller_epoch} first.
 *
 * <p>Of the {@link Plan.Step.InOrder steps in order} one transaction is under way at a time, with as many steps as fit.
 * {@link Plan.Step.NextState States} go beside them, up to {@link #MAX_STATES_JOINED} in a transaction, at most {@link #MAX_STATES_UNDER_WAY} at
 * once and one for a partition, so that those of a partition are written in the order in which they were decided. A state that is refused costs its own
 * partition a second look; those that went with it go again, each by itself. {@link Plan.Step.Last What is last} goes when all that is over.
 */
final class PlanUnderWay<T> {
    /** So many states are under way at once: enough for the service to sync many together, too few to hold up others for long. */
    static final int MAX_STATES_UNDER_WAY = 1_000;

    /** A transaction costs a check of the epoch, an answer and a look at the image; so many states share that. */
    static final int MAX_STATES_JOINED = 100;

    /** A partition is planned anew at most so often; then whoever writes it all the time has his way. */
    static final int MAX_ATTEMPTS = 10;

    /** @param steps what {@code ops} are made of, in this order, after the check of the epoch */
    record Transaction(List<Plan.Step> steps, List<Op> ops) {}

    private final Map<String, Answer<T>> answers;
    private final ArrayDeque<Plan.Step.InOrder> inOrder = new ArrayDeque<>();
    private final ArrayDeque<Plan.Step.NextState> states = new ArrayDeque<>();

    /** Where another writes too, so that nobody shares the fate of these. */
    private final ArrayDeque<Plan.Step.NextState> alone = new ArrayDeque<>();

    private final ArrayDeque<Plan.Step.Last> last = new ArrayDeque<>();

    /** Refused, and not planned anew yet. */
    private final List<Plan.Step.NextState> conflicting = new ArrayList<>();

    private final Map<TopicPartition, Integer> attempts = new HashMap<>();
    private boolean isInOrderUnderWay;
    private int statesUnderWay;
    private boolean isUncertain;

    PlanUnderWay(Plan<T> plan) {
        answers = new LinkedHashMap<>(plan.answers());
        take(plan, states);
    }

    private void take(Plan<T> plan, ArrayDeque<Plan.Step.NextState> statesTo) {
        for (Plan.Step step : plan.steps()) {
            switch (step) {
                case Plan.Step.InOrder one -> inOrder.add(one);
                case Plan.Step.NextState one -> statesTo.add(one);
                case Plan.Step.Last one -> last.add(one);
            }
        }
    }

    /** Per subject. They hold once {@link #isDone}. */
    Map<String, Answer<T>> answers() {
        return answers;
    }

    /** Nothing is to be sent, nothing is under way, and no partition is to be planned anew. */
    boolean isDone() {
        return isButForTheLast() && last.isEmpty();
    }

    private boolean isButForTheLast() {
        return inOrder.isEmpty()
                && states.isEmpty()
                && alone.isEmpty()
                && conflicting.isEmpty()
                && !isInOrderUnderWay
                && statesUnderWay == 0;
    }

    /** Of something it is not known whether it was done. */
    boolean isUncertain() {
        return isUncertain;
    }

    /** What is to be written now, in this order. */
    List<Transaction> next(int controllerEpochVersion) {
        Op check = new Op.Check(ZnodePath.CONTROLLER_EPOCH, controllerEpochVersion);
        List<Transaction> next = new ArrayList<>();
        List<Plan.Step> joined = isInOrderUnderWay ? List.of() : takeInOrder();
        if (!joined.isEmpty()) {
            isInOrderUnderWay = true;
            next.add(transaction(check, joined));
        }
        while (statesUnderWay < MAX_STATES_UNDER_WAY && !alone.isEmpty()) {
            statesUnderWay++;
            next.add(transaction(check, List.of(alone.remove())));
        }
        while (statesUnderWay < MAX_STATES_UNDER_WAY && !states.isEmpty()) {
            List<Plan.Step> taken = takeStates();
            statesUnderWay += taken.size();
            next.add(transaction(check, taken));
        }
        if (isButForTheLast() && !last.isEmpty()) {
            isInOrderUnderWay = true;
            next.add(transaction(check, List.of(last.remove())));
        }
        return next;
    }

    private static Transaction transaction(Op check, List<Plan.Step> steps) {
        List<Op> ops = new ArrayList<>();
        ops.add(check);
        for (Plan.Step step : steps) ops.addAll(step.ops());
        return new Transaction(steps, ops);
    }

    /** As many steps as fit into one transaction, but for those whose subject has failed already. */
    private List<Plan.Step> takeInOrder() {
        List<Plan.Step> taken = new ArrayList<>();
        int ops = 1;
        int bytes = 0;
        while (!inOrder.isEmpty()) {
            Plan.Step.InOrder step = inOrder.peek();
            if (answers.get(step.subject()) instanceof Answer.Refused<T>) {
                inOrder.remove();
                continue;
            }
            ops += step.ops().size();
            bytes += step.sizeBytes();
            if (!taken.isEmpty() && (ops > Plan.MAX_OPS || bytes > Plan.MAX_BYTES)) break;
            taken.add(inOrder.remove());
        }
        return taken;
    }

    private List<Plan.Step> takeStates() {
        List<Plan.Step> taken = new ArrayList<>();
        int max = Math.min(MAX_STATES_JOINED, MAX_STATES_UNDER_WAY - statesUnderWay);
        while (taken.size() < max && !states.isEmpty()) taken.add(states.remove());
        return taken;
    }

    void committed(Transaction sent) {
        ended(sent);
    }

    /** The controller has been replaced; nothing of it was done. */
    void fenced(Transaction sent) {
        ended(sent);
        failAll(sent.steps(), ErrorCode.NOT_CONTROLLER, "The controller has been replaced.");
    }

    /** @param index of the operation that was refused, beyond the check of the epoch; nothing of the transaction was done */
    void refused(Transaction sent, int index, Refusal reason) {
        ended(sent);
        if (areStates(sent)) conflict(sent.steps(), index - 1, reason);
        else blame(sent.steps(), index, reason);
    }

    /** Whatever has not been answered is not sent any more: whoever waits is told so soon. */
    void unknown(Transaction sent, String why) {
        ended(sent);
        isUncertain = true;
        String message = "It is not known whether it was done: " + why;
        failAll(sent.steps(), ErrorCode.REQUEST_TIMED_OUT, message);
        giveUp(ErrorCode.REQUEST_TIMED_OUT, message);
    }

    /** Sends no more. */
    void giveUp(ErrorCode error, String message) {
        failAll(inOrder, error, message);
        failAll(states, error, message);
        failAll(alone, error, message);
        failAll(conflicting, error, message);
        failAll(last, error, message);
        inOrder.clear();
        states.clear();
        alone.clear();
        conflicting.clear();
        last.clear();
    }

    private void ended(Transaction sent) {
        if (areStates(sent)) statesUnderWay -= sent.steps().size();
        else isInOrderUnderWay = false;
    }

    private static boolean areStates(Transaction sent) {
        return sent.steps().getFirst() instanceof Plan.Step.NextState;
    }

    /** @param refused which of them another has written */
    private void conflict(List<Plan.Step> sent, int refused, Refusal reason) {
        for (int i = 0; i < sent.size(); i++) {
            Plan.Step.NextState state = (Plan.Step.NextState) sent.get(i);
            if (i == refused) conflict(state, reason);
            else if (isUncertain)
                fail(state, ErrorCode.REQUEST_TIMED_OUT, "It was not done: something before is uncertain.");
            else alone.add(state);
        }
    }

    private void conflict(Plan.Step.NextState state, Refusal reason) {
        // where something is uncertain the image may not come for long
        boolean isGivenUp = isUncertain || attempts.merge(state.partition(), 1, Integer::sum) > MAX_ATTEMPTS;
        if (isGivenUp) fail(state, reason);
        else conflicting.add(state);
    }

    /** Those that are to be planned anew, once the image shows what another made of them: {@link #planned} takes what comes of it. */
    List<Plan.Step.NextState> conflicting() {
        return List.copyOf(conflicting);
    }

    /** @param again for that partition alone, from the image of now; without a step there is nothing to do any more */
    void planned(Plan.Step.NextState before, Plan<T> again) {
        if (!conflicting.remove(before)) return;
        if (again.steps().contains(before)) {
            // the image knows of no other version: it would be refused again
            fail(before, Refusal.BAD_VERSION);
            return;
        }
        take(again, alone);
        Answer<T> answer = again.answers().get(before.subject());
        if (answer != null) answers.put(before.subject(), answer);
        else if (answers.get(before.subject()) instanceof Answer.Ok<T>) answers.remove(before.subject());
    }

    /** One step is to blame: the others are sent again without it. */
    private void blame(List<Plan.Step> sent, int index, Refusal reason) {
        int end = 1;
        Plan.Step blamed = sent.getLast();
        for (Plan.Step step : sent) {
            end += step.ops().size();
            if (index < end) {
                blamed = step;
                break;
            }
        }
        fail(blamed, reason);
        for (Plan.Step step : sent.reversed()) {
            if (step instanceof Plan.Step.InOrder one && !one.equals(blamed)) inOrder.addFirst(one);
        }
    }

    private static ErrorCode error(Refusal reason) {
        return switch (reason) {
            case NODE_EXISTS -> ErrorCode.TOPIC_ALREADY_EXISTS;
            case NO_NODE -> ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
            case BAD_VERSION, NOT_EMPTY, NO_AUTH, BAD_ARGUMENTS -> ErrorCode.UNKNOWN_SERVER_ERROR;
        };
    }

    private void fail(Plan.Step step, Refusal reason) {
        fail(step, error(reason), "The znodes of '" + step.subject() + "' were changed by another (" + reason + ").");
    }

    private void failAll(Iterable<? extends Plan.Step> failed, ErrorCode error, String message) {
        for (Plan.Step step : failed) fail(step, error, message);
    }

    private void fail(Plan.Step step, ErrorCode error, String message) {
        if (!(answers.get(step.subject()) instanceof Answer.Refused<T>))
            answers.put(step.subject(), Answer.refused(error, message));
    }
}
