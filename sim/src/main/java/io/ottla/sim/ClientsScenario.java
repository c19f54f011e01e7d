package io.ottla.sim;

import io.ottla.base.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Producers, consumers and admin clients of a few topics, each of another kind, while the node lives through what
 * {@link Lives} has. What they see is checked after every event; at the end the node is healed, all of them must get
 * on, and what is there is read once more, from beginning to end.
 */
final class ClientsScenario implements Simulation.Scenario {
    private static final int LIVES = 4;
    private static final long PROGRESS_MS_MAX = 60_000;

    private World world;
    private SeededRandom random;
    private Machine machine;
    private History<Observation> history;
    private Map<String, String> properties = Map.of();

    @Override
    public void run(World into) {
        world = into;
        random = world.random();
        machine = world.machine("node-0", 1L << 30);
        history = new History<>(world.trace());
        watch();
        boolean flushed = random.chance(0.7);
        Lives lives = new Lives(world, random, machine, flushed, properties());
        lives.start();
        List<TopicWorkload> topics = new ArrayList<>();
        TopicWorkload.Kind[] kinds = TopicWorkload.Kind.values();
        for (int i = random.nextInt(3); i >= 0; i--)
            topics.add(new TopicWorkload(
                    world, machine, history, "topic-" + i, kinds[random.nextInt(kinds.length)], flushed));
        topics.forEach(TopicWorkload::begin);
        for (int life = 0; life < LIVES; life++) lives.live();
        lives.heal();
        topics.forEach(TopicWorkload::settle);
        until("admin clients are done", topics, TopicWorkload::isSettled);
        topics.forEach(TopicWorkload::markProgress);
        until("every producer gets on", topics, TopicWorkload::hasProgressed);
        topics.forEach(TopicWorkload::end);
        until("every producer is done", topics, TopicWorkload::isDone);
        if (random.chance(0.3)) {
            lives.stopCleanly();
            lives.heal();
        }
        topics.forEach(TopicWorkload::readAll);
        until("everything is read", topics, TopicWorkload::isAtEnd);
        topics.forEach(TopicWorkload::mustBeWhole);
        topics.forEach(TopicWorkload::giveUp);
        if (random.chance(0.5)) lives.stopCleanly();
        else machine.powerLoss();
        if (topics.stream().noneMatch(TopicWorkload::isRewritten))
            Recovery.mustBeIdempotent(world, machine, properties);
    }

    private Map<String, String> properties() {
        properties = Map.of(
                "log.cleaner.backoff.ms", "100",
                "log.retention.check.interval.ms", "200",
                "log.flush.offset.checkpoint.interval.ms", "" + (50 + random.nextInt(1000)),
                "log.flush.start.offset.checkpoint.interval.ms", "" + (50 + random.nextInt(1000)),
                "log.segment.delete.delay.ms", "" + random.nextInt(1000));
        return properties;
    }

    private void watch() {
        for (Checker checker : List.of(
                new ReadsAgreeChecker(history),
                new OffsetsRiseChecker(history),
                new AppendedOnceChecker(history),
                new HighWatermarkChecker(history),
                new LogStartChecker(history),
                new TimeLookupChecker(history))) world.checker(checker);
    }

    private void until(String what, List<TopicWorkload> topics, Predicate<TopicWorkload> holds) {
        world.until(what, PROGRESS_MS_MAX, () -> topics.stream().allMatch(holds));
    }
}
