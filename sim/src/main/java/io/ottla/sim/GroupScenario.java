package io.ottla.sim;

import io.ottla.base.SeededRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Members of one or two groups, some of them static, that come, commit, leave and crash, while the node lives through
 * what {@link Lives} has, and perhaps while its disk is full. After the healing each group converges within a bound: all members in one generation, every
 * partition owned once (G5); and its offsets are those committed last, also after one more restart (G4).
 */
final class GroupScenario implements Simulation.Scenario {
    private static final int LIVES = 4;
    private static final long CONVERGED_MS_MAX = 60_000;
    private static final String TOPIC = "events";

    private final boolean runsFull;

    private World world;
    private SeededRandom random;
    private Machine machine;
    private History<Observation> history;

    GroupScenario() {
        this(false);
    }

    /** @param runsFull whether the disk is full now and then */
    GroupScenario(boolean runsFull) {
        this.runsFull = runsFull;
    }

    private record Group(GroupLedger ledger, List<SimulatedMember> members) {

        /** All members in one generation, and every partition owned by one of them. */
        boolean isConverged() {
            List<Integer> owned = new ArrayList<>();
            for (SimulatedMember member : members) {
                if (!member.isStable()
                        || member.generation() != members.getFirst().generation()) return false;
                owned.addAll(member.partitions());
            }
            return owned.stream()
                    .sorted()
                    .toList()
                    .equals(IntStream.range(0, ledger.partitions()).boxed().toList());
        }
    }

    @Override
    public void run(World into) {
        world = into;
        random = world.random();
        machine = world.machine("node-0", 1L << 30);
        history = new History<>(world.trace());
        for (Checker checker : List.of(
                new OwnershipChecker(history), new GenerationChecker(history), new CommittedOffsetChecker(history)))
            world.checker(checker);
        boolean flushed = random.chance(0.7);
        Lives lives = new Lives(world, random, machine, flushed, properties(flushed));
        lives.start();
        int partitions = 1 + random.nextInt(6);
        boolean[] created = new boolean[1];
        new TopicAdmin(world, machine, history, "admin")
                .create(TOPIC, partitions, Map.of(), topicId -> created[0] = true);
        world.until("the topic is created", CONVERGED_MS_MAX, () -> created[0]);
        List<Group> groups = new ArrayList<>();
        for (int i = random.nextInt(2); i >= 0; i--) groups.add(group("group-" + i, partitions));
        for (int life = 0; life < LIVES; life++) {
            world.run(random.nextInt(8000));
            if (runsFull && random.chance(0.5)) runFull();
            lives.live();
        }
        lives.heal();
        world.run(random.nextInt(5000));
        for (Group group : groups) group.members().forEach(SimulatedMember::calmDown);
        world.until(
                "every group converges", CONVERGED_MS_MAX, () -> groups.stream().allMatch(Group::isConverged));
        for (Group group : groups) group.ledger().stopWatching();
        if (random.chance(0.5)) {
            lives.stopCleanly();
            lives.heal();
        }
        for (Group group : groups) mustBeFetched(group.ledger());
        world.until(
                "every group converges again",
                CONVERGED_MS_MAX,
                () -> groups.stream().allMatch(Group::isConverged));
        lives.stopCleanly();
    }

    /** Nothing more fits on the disk for a while, in which members come, commit and go. */
    private void runFull() {
        VirtualDrive drive = machine.drive();
        long capacityBytes = drive.capacityBytes();
        drive.capacity(capacityBytes - drive.usableBytes());
        world.run(random.nextInt(5000));
        drive.capacity(capacityBytes);
        world.run(random.nextInt(2000));
    }

    private Map<String, String> properties(boolean flushed) {
        Map<String, String> properties = new HashMap<>();
        properties.put("group.min.session.timeout.ms", "500");
        properties.put("group.initial.rebalance.delay.ms", "" + random.nextInt(300));
        properties.put("offsets.topic.num.partitions", "" + (1 + random.nextInt(4)));
        if (random.chance(0.5)) properties.put("offsets.topic.segment.bytes", "" + (1 << 20));
        if (flushed) properties.put("log.flush.interval.messages", "1");
        return properties;
    }

    private Group group(String name, int partitions) {
        GroupLedger ledger = new GroupLedger(world, machine, history, name, TOPIC, partitions);
        List<SimulatedMember> members = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            Optional<String> instanceId = random.chance(0.3) ? Optional.of("instance-" + i) : Optional.empty();
            members.add(new SimulatedMember(world, machine, history, ledger, name + "-" + i, instanceId));
        }
        members.forEach(SimulatedMember::begin);
        ledger.watch();
        return new Group(ledger, members);
    }

    private void mustBeFetched(GroupLedger ledger) {
        boolean[] fetched = new boolean[1];
        ask(ledger, fetched);
        world.until("the offsets are fetched", CONVERGED_MS_MAX, () -> fetched[0]);
    }

    private void ask(GroupLedger ledger, boolean[] fetched) {
        if (fetched[0]) return;
        ledger.fetch(() -> fetched[0] = true);
        world.after(200, () -> ask(ledger, fetched));
    }
}
