package io.ottla.sim;

import io.ottla.base.SeededRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A node under clients that send well-formed requests with hostile contents, of all APIs in all versions that it serves, and of all operations of ZooKeeper;
 * some of them damage what they send. Demanded: no fault; each sound request is answered once and in its form; all that waits is answered in time, and nothing is
 * held for clients that are gone; a good client gets on; the node stops and starts again on what came of it.
 *
 * <p>No containment here: any exception that nobody expected is a finding.
 */
final class FuzzScenario implements Simulation.Scenario {

    /** Which doors the hostile come through. */
    enum Door {
        KAFKA,
        /** The coordination service alone. */
        ZOOKEEPER,
        /** A broker, and the tree that it keeps its cluster in: a client of ZooKeeper may ruin that, but not the process. */
        BOTH
    }

    private static final int ROUNDS = 20;
    private static final int REQUESTS_PER_ROUND = 1000;
    private static final int CLIENTS = 6;
    private static final int OUTSTANDING_MAX = 12;
    private static final long SETTLE_MS = 15_000;
    private static final long START_MS_MAX = 60_000;

    /** Above the longest wait of a request, but for a fetch that asks for longer. */
    private static final long DRAIN_MS = 40 * 60_000;

    private final Door door;
    private final int rounds;
    private final boolean errorsHaveNames;
    private final List<HostileKafkaClient> clients = new ArrayList<>();
    private final List<HostileZookeeperClient> zookeepers = new ArrayList<>();
    private World world;
    private SeededRandom random;
    private Machine machine;
    private Map<String, String> properties;
    private NodeProgram program;
    private VirtualDisk disk;
    private GoodClient good;
    private boolean isDeletable = true;

    FuzzScenario(Door door) {
        this(door, ROUNDS);
    }

    /** @param rounds of a thousand requests, after each of which all is looked at */
    FuzzScenario(Door door, int rounds) {
        this(door, rounds, door == Door.KAFKA);
    }

    /** @param errorsHaveNames whether UNKNOWN_SERVER_ERROR is a finding */
    FuzzScenario(Door door, int rounds, boolean errorsHaveNames) {
        this.door = door;
        this.rounds = rounds;
        this.errorsHaveNames = errorsHaveNames;
    }

    /** Requests that were sent, in all. */
    long executions() {
        return clients.stream().mapToLong(HostileKafkaClient::executions).sum()
                + zookeepers.stream()
                        .mapToLong(HostileZookeeperClient::executions)
                        .sum();
    }

    long answers() {
        return clients.stream().mapToLong(HostileKafkaClient::answers).sum()
                + zookeepers.stream().mapToLong(HostileZookeeperClient::answers).sum();
    }

    @Override
    public void run(World into) {
        world = into;
        random = world.random();
        machine = world.machine("node-0", 1L << 30);
        properties = door == Door.ZOOKEEPER ? zooCfg() : properties();
        start();
        good = new GoodClient(world, machine);
        populate();
        for (int round = 0; round < rounds && program.serves(); round++) {
            attack();
            settle(random.chance(0.05) ? DRAIN_MS : SETTLE_MS);
            giveUpAll();
            if (door == Door.KAFKA) good.works(isDeletable);
            if (random.chance(0.1)) restart();
        }
        if (!program.serves()) return;
        settle(DRAIN_MS);
        giveUpAll();
        world.run(DRAIN_MS);
        mustHoldNothing();
        restart();
        if (door == Door.KAFKA) good.works(isDeletable);
    }

    private void populate() {
        if (door != Door.ZOOKEEPER) {
            Vocabulary vocabulary = new Vocabulary(random.split());
            HostileBatches batches = new HostileBatches(random.split(), vocabulary);
            List<HostileKafkaClient.ServedApi> served = good.served();
            for (int i = 0; i < CLIENTS; i++)
                clients.add(
                        new HostileKafkaClient(world, machine, vocabulary, batches, served, i == 0, errorsHaveNames));
        }
        if (door != Door.KAFKA) {
            ZnodeVocabulary vocabulary = new ZnodeVocabulary(random.split(), door == Door.BOTH);
            for (int i = 0; i < CLIENTS; i++)
                zookeepers.add(new HostileZookeeperClient(world, machine, vocabulary, i == 0));
        }
    }

    private void attack() {
        for (int i = 0; i < REQUESTS_PER_ROUND; i++) {
            if (!zookeepers.isEmpty() && (clients.isEmpty() || random.chance(0.5))) {
                HostileZookeeperClient client = zookeepers.get(random.nextInt(zookeepers.size()));
                if (client.outstanding() < OUTSTANDING_MAX) client.send();
                if (random.chance(0.005)) client.close();
            } else {
                HostileKafkaClient client = clients.get(random.nextInt(clients.size()));
                if (client.outstanding() < OUTSTANDING_MAX) client.send();
                else if (random.chance(0.3)) client.close();
                if (random.chance(0.005)) client.close();
            }
            if (random.chance(0.3)) world.run(random.chance(0.05) ? random.nextInt(2000) : 1);
            if (random.chance(0.001)) machine.network().cutOne();
        }
    }

    private void settle(long forMs) {
        world.run(forMs);
        clients.forEach(HostileKafkaClient::mustBeAnswered);
        zookeepers.forEach(HostileZookeeperClient::mustBeAnswered);
    }

    private void giveUpAll() {
        clients.forEach(HostileKafkaClient::close);
        zookeepers.forEach(HostileZookeeperClient::close);
    }

    /** Nobody is connected, and all that was asked has come to its end. */
    private void mustHoldNothing() {
        for (String counter : List.of("broker.in_flight_bytes", "broker.open_connections")) {
            long value = program.counters().counter(counter).value();
            if (value != 0) throw new AssertionError(counter + " is " + value + ", and nobody is there");
        }
        if (machine.network().connectionsOpen() != 0)
            throw new AssertionError(
                    machine.network().connectionsOpen() + " connections are open, and nobody is there");
    }

    // ---- the node

    private void start() {
        program = door == Door.ZOOKEEPER ? NodeProgram.zookeeper(properties) : new NodeProgram(properties);
        machine.start(program);
        disk = machine.disk();
        if (door == Door.BOTH) world.run(START_MS_MAX);
        else
            world.until(
                    "the node is started", START_MS_MAX, () -> program.started().isPresent());
        // a tree that was spoiled may be refused, in a sentence, or waited for: the process has not ended for want of a
        // better idea
        if (!program.serves() && door != Door.BOTH)
            throw new AssertionError("the node does not start: " + program.started());
    }

    private void restart() {
        clients.forEach(HostileKafkaClient::lost);
        zookeepers.forEach(HostileZookeeperClient::lost);
        if (random.chance(0.5)) {
            machine.kill();
        } else {
            machine.stop();
            world.until("the node is stopped", START_MS_MAX, () -> !machine.isRunning());
            if (disk.filesOpen() != 0)
                throw new AssertionError(disk.filesOpen() + " files are open after a clean stop");
        }
        start();
    }

    private Map<String, String> properties() {
        Map<String, String> chosen = new TreeMap<>();
        chosen.put("clientPort", "" + ZookeeperClient.PORT);
        chosen.put("clientPortAddress", "127.0.0.1");
        chosen.put("offsets.topic.num.partitions", "3");
        chosen.put("group.initial.rebalance.delay.ms", "" + random.nextInt(200));
        chosen.put("group.min.session.timeout.ms", "1000");
        chosen.put("log.cleaner.backoff.ms", "500");
        chosen.put("log.retention.check.interval.ms", "2000");
        chosen.put("log.segment.delete.delay.ms", "1000");
        chosen.put("num.partitions", "" + (1 + random.nextInt(2)));
        if (random.chance(0.3)) chosen.put("auto.create.topics.enable", "false");
        isDeletable = random.chance(0.9);
        if (!isDeletable) chosen.put("delete.topic.enable", "false");
        if (random.chance(0.3)) chosen.put("log.segment.bytes", "1048576");
        if (random.chance(0.2)) chosen.put("offsets.retention.minutes", "1");
        return chosen;
    }

    private Map<String, String> zooCfg() {
        Map<String, String> chosen = new TreeMap<>();
        chosen.put("dataDir", "/zookeeper");
        chosen.put("clientPort", "" + ZookeeperClient.PORT);
        chosen.put("clientPortAddress", "127.0.0.1");
        chosen.put("admin.enableServer", "false");
        chosen.put("tickTime", "" + (200 + random.nextInt(400)));
        chosen.put("maxSessionTimeout", "20000");
        chosen.put("snapCount", "" + (20 + random.nextInt(2000)));
        chosen.put("4lw.commands.whitelist", "*");
        if (random.chance(0.3)) chosen.put("enforceQuota", "true");
        if (random.chance(0.2)) chosen.put("reconfigEnabled", "true");
        if (random.chance(0.2)) chosen.put("localSessionsEnabled", "true");
        if (random.chance(0.2)) chosen.put("skipACL", "yes");
        if (random.chance(0.3)) chosen.put("extendedTypesEnabled", "true");
        return chosen;
    }
}
