package io.ottla.cluster;

import io.ottla.base.Clock;
import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.cluster.Coordination.CreateMode;
import io.ottla.cluster.Coordination.Op;
import io.ottla.cluster.Coordination.Refusal;
import io.ottla.cluster.Coordination.Result;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The controller: holds {@code /controller}, decides one command after the other, and writes what was decided. Each of
 * its transactions checks the version of {@code /controller_epoch}, so that a controller that has been replaced writes
 * nothing. The decisions are pure and elsewhere ({@link Command}), and so is how they are carried out ({@link PlanUnderWay}); this class only queues,
 * writes and answers.
 *
 * <p>Each command answers with a map from its subjects (topics, entity paths, {@code topic-partition}), in the order asked
 * for. Answers come on the loop, never within the call; all who are told of images know of the changes by then.
 */
public final class Controller implements ImageListener {
    private static final Logger LOG = LoggerFactory.getLogger(Controller.class);

    /** So many commands may wait; more are refused. */
    static final int MAX_QUEUED_COMMANDS = 10_000;

    private final int brokerId;
    private final Coordination coordination;
    private final ClusterFollower follower;
    private final Clock clock;
    private final SeededRandom random;
    private final ControllerSettings settings;

    /** Of this broker, which has registered; empty until it stands for election. */
    private Optional<TopicId> incarnation = Optional.empty();

    /** Of this broker's reign; the version is the fence. Empty while another is controller, or none. */
    private Optional<ClusterImage.ControllerEpoch> reign = Optional.empty();

    private boolean isElecting;

    /** That of the image by which this broker stood for election last. */
    private long stoodAtZxid;

    private boolean isHousekeepingQueued;

    /** What {@link Housekeeping} should look at. */
    private final Housekeeping.Due due = new Housekeeping.Due();

    private final List<Runnable> whenReady = new ArrayList<>();
    private final ArrayDeque<Waiting<?>> queue = new ArrayDeque<>();
    private boolean isBusy;

    public Controller(
            int brokerId,
            Coordination coordination,
            ClusterFollower follower,
            Clock clock,
            SeededRandom random,
            ControllerSettings settings) {
        this.brokerId = brokerId;
        this.coordination = coordination;
        this.follower = follower;
        this.clock = clock;
        this.random = random;
        this.settings = settings;
    }

    /** After an election, or housekeeping, of which it is not known how it went. */
    private static final long RETRY_MS = 1_000;

    /** @param answer gets what became of each subject */
    private record Waiting<T>(Command<T> command, Consumer<Map<String, Answer<T>>> answer) {}

    /**
     * Stands for election from now on.
     *
     * @param registered this broker's incarnation, which the image shows
     * @param ready runs once, when somebody is controller, its house is in order, and what this broker leads is in epochs that it may be served in
     */
    public void stand(TopicId registered, Runnable ready) {
        incarnation = Optional.of(registered);
        whenReady.add(ready);
        settle(follower.image());
    }

    public boolean isController() {
        return reign.isPresent();
    }

    /**
     * @param topics with different names
     * @param validateOnly decide and answer, but write nothing
     */
    public void createTopics(
            List<NewTopic> topics, boolean validateOnly, Consumer<Map<String, Answer<CreatedTopic>>> answer) {
        submit(new Command.CreateTopics(topics, validateOnly), answer);
    }

    /** Gives the id of each topic that is gone. */
    public void deleteTopics(List<String> topics, Consumer<Map<String, Answer<TopicId>>> answer) {
        submit(new Command.DeleteTopics(topics), answer);
    }

    /** Gives the number of partitions that each topic has then. */
    public void createPartitions(
            List<NewPartitions> growths, boolean validateOnly, Consumer<Map<String, Answer<Integer>>> answer) {
        submit(new Command.CreatePartitions(growths, validateOnly), answer);
    }

    /** Gives what is set then; the keys are {@link ConfigEntity#toString}. */
    public void alterConfigs(
            List<ConfigEdit> edits, boolean validateOnly, Consumer<Map<String, Answer<Map<String, String>>>> answer) {
        submit(new Command.AlterConfigs(edits, validateOnly), answer);
    }

    /** Gives the new leaders, by {@link TopicPartition#toString}; with no partitions named, of those that got one. */
    public void electLeaders(
            Optional<List<TopicPartition>> partitions,
            boolean isUnclean,
            Consumer<Map<String, Answer<Integer>>> answer) {
        submit(new Command.ElectLeaders(partitions, isUnclean), answer);
    }

    @Override
    public void changed(ClusterImage before, ClusterImage after, ImageDelta delta) {
        if (reign.isPresent() && after.controllerId() != brokerId) resign("another is controller, or none");
        if (reign.isPresent()) due.add(after, delta);
        if (reign.isPresent() && !isBusy && due.isPressing()) keepHouse();
        settle(after);
    }

    /** Stands for election if there is no controller; is ready if there is another, which has done what this broker waits for. */
    private void settle(ClusterImage image) {
        elect(image);
        int other = image.controllerId();
        if (other == ClusterImage.NO_CONTROLLER || other == brokerId) return;
        // Kafka's controller knows nothing of what brokers of ours say, so there is nothing to wait for
        boolean isKafkas = image.isAlive(other) && image.registration(other).isEmpty();
        if (isKafkas || !image.leadsAgain(brokerId)) ready();
    }

    private void elect(ClusterImage image) {
        boolean isFree = image.controllerId() == ClusterImage.NO_CONTROLLER;
        boolean isRegistered = incarnation.isPresent()
                && image.registration(brokerId).map(Registration::incarnation).equals(incarnation);
        // who is registered under this id is this process, so that controller has ended
        boolean isFormer = reign.isEmpty() && image.controllerId() == brokerId;
        if (!isRegistered || isElecting || !(isFree || isFormer)) return;
        isElecting = true;
        stoodAtZxid = image.zxid();
        ClusterImage.ControllerEpoch last = image.controllerEpoch();
        int epoch = last.epoch() + 1;
        byte[] epochData = ControllerZnode.encodeEpoch(epoch);
        List<Op> ops = new ArrayList<>();
        if (last.version() < 0) ops.add(new Op.Create(ZnodePath.CONTROLLER_EPOCH, epochData, CreateMode.PERSISTENT));
        else ops.add(new Op.SetData(ZnodePath.CONTROLLER_EPOCH, epochData, last.version()));
        if (isFormer) ops.add(new Op.Delete(ZnodePath.CONTROLLER, Coordination.ANY_VERSION));
        ops.add(new Op.Create(
                ZnodePath.CONTROLLER, new ControllerZnode(brokerId, clock.nowMs()).encode(), CreateMode.EPHEMERAL));
        coordination.write(ops, result -> elected(epoch, last.version() + 1, result));
    }

    private void elected(int epoch, int version, Result result) {
        isElecting = false;
        switch (result) {
            case Result.Committed committed -> {
                reign = Optional.of(new ClusterImage.ControllerEpoch(epoch, version));
                LOG.info("broker {} is controller, epoch {}", brokerId, epoch);
                due.addAll();
                keepHouse();
            }
            case Result.Refused refused -> {
                LOG.info("broker {} was not elected controller: {}", brokerId, refused);
                // whoever was quicker is in the image, or will be; he may be gone again already
                if (follower.image().zxid() != stoodAtZxid) settle(follower.image());
            }
            case Result.Unknown unknown -> {
                LOG.warn("election of broker {}: {}", brokerId, unknown.why());
                follower.whenTold(() -> uncertain(epoch, version));
            }
        }
    }

    private void uncertain(int epoch, int version) {
        ClusterImage now = follower.image();
        // the version can only have come from this very attempt
        boolean isElected = now.controllerId() == brokerId
                && now.controllerEpoch().equals(new ClusterImage.ControllerEpoch(epoch, version));
        if (isElected) elected(epoch, version, new Result.Committed(0, List.of()));
        else clock.after(RETRY_MS, () -> settle(follower.image()));
    }

    private void resign(String why) {
        LOG.info("broker {} is no longer controller: {}", brokerId, why);
        reign = Optional.empty();
    }

    private void ready() {
        List<Runnable> waiting = List.copyOf(whenReady);
        whenReady.clear();
        waiting.forEach(Runnable::run);
    }

    private void keepHouse() {
        if (isHousekeepingQueued) return;
        isHousekeepingQueued = true;
        queue.add(new Waiting<>(new Command.KeepHouse(due), this::houseKept));
        next();
    }

    private void houseKept(Map<String, Answer<Void>> done) {
        boolean isUncertain = false;
        for (Map.Entry<String, Answer<Void>> each : done.entrySet()) {
            if (!(each.getValue() instanceof Answer.Refused<Void> refused)) continue;
            LOG.warn("cannot put {} in order: {}", each.getKey(), refused.message());
            due.addAgain(each.getKey());
            isUncertain |= refused.error() == ErrorCode.REQUEST_TIMED_OUT;
        }
        if (isUncertain) {
            due.addAllAgain();
            clock.after(RETRY_MS, this::keepHouseIfReigning);
        }
        if (!follower.image().leadsAgain(brokerId)) ready();
    }

    private void keepHouseIfReigning() {
        if (reign.isPresent()) keepHouse();
    }

    private <T> void submit(Command<T> command, Consumer<Map<String, Answer<T>>> answer) {
        if (queue.size() >= MAX_QUEUED_COMMANDS) {
            Map<String, Answer<T>> answers = new LinkedHashMap<>();
            command.subjects(follower.image())
                    .forEach(subject -> answers.put(
                            subject,
                            Answer.refused(ErrorCode.THROTTLING_QUOTA_EXCEEDED, "The controller has too much to do.")));
            clock.execute(() -> answer.accept(answers));
            return;
        }
        queue.add(new Waiting<>(command, answer));
        next();
    }

    /** Begins the next command, in a task of its own: whoever submits is not called back within. */
    private void next() {
        if (isBusy || queue.isEmpty()) return;
        isBusy = true;
        Waiting<?> next = queue.remove();
        clock.execute(() -> begin(next));
    }

    private <T> void begin(Waiting<T> next) {
        if (next.command instanceof Command.KeepHouse) isHousekeepingQueued = false;
        PlanUnderWay<T> plan =
                new PlanUnderWay<>(next.command.decide(follower.image(), controllerEpoch(), settings, random));
        if (reign.isEmpty())
            plan.giveUp(ErrorCode.NOT_CONTROLLER, "This is not the correct controller for this cluster.");
        new Running<>(next, plan).advance();
    }

    private int controllerEpoch() {
        return reign.map(ClusterImage.ControllerEpoch::epoch).orElse(0);
    }

    /** A command at work: its plan is carried out. */
    private final class Running<T> {
        private final Command<T> command;
        private final Consumer<Map<String, Answer<T>>> answer;
        private final PlanUnderWay<T> plan;
        private boolean awaitsImage;

        Running(Waiting<T> waiting, PlanUnderWay<T> plan) {
            command = waiting.command;
            answer = waiting.answer;
            this.plan = plan;
        }

        private void advance() {
            if (reign.isEmpty()) plan.giveUp(ErrorCode.NOT_CONTROLLER, "The controller has been replaced.");
            else
                for (PlanUnderWay.Transaction next : plan.next(reign.get().version()))
                    coordination.write(next.ops(), result -> written(next, result));
            if (plan.isDone()) finish();
        }

        private void written(PlanUnderWay.Transaction sent, Result result) {
            switch (result) {
                case Result.Committed committed -> plan.committed(sent);
                case Result.Refused(int index, Refusal reason) -> {
                    if (index == 0) {
                        if (reign.isPresent()) resign("its epoch is over");
                        plan.fenced(sent);
                    } else {
                        plan.refused(sent, index, reason);
                    }
                }
                case Result.Unknown(String why) -> plan.unknown(sent, why);
            }
            if (!awaitsImage && !plan.conflicting().isEmpty()) {
                awaitsImage = true;
                follower.whenTold(() -> planAnew());
            }
            advance();
        }

        private void planAnew() {
            awaitsImage = false;
            List<Plan.Step.NextState> conflicting = plan.conflicting();
            if (conflicting.isEmpty()) return; // given up, and perhaps answered
            for (Plan.Step.NextState step : conflicting)
                plan.planned(step, command.again(follower.image(), controllerEpoch(), settings, step.partition()));
            advance();
        }

        /**
         * All who are told of images know before the one who asked does, and so does the next command. But where it is not known what was done there
         * is no image to wait for, and it may be long until there is one again.
         */
        private void finish() {
            if (plan.isUncertain()) finished();
            else follower.whenTold(() -> finished());
        }

        private void finished() {
            isBusy = false;
            answer.accept(plan.answers());
            if (reign.isPresent() && due.isPressing()) keepHouse();
            next();
        }
    }
}
