package io.ottla.sim;

import io.ottla.base.SeededRandom;
import io.ottla.sim.Observation.Read;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;

/** One topic and its clients: what they do follows from its kind. */
final class TopicWorkload {

    enum Kind {
        /** Keeps all that it gets. */
        KEPT,
        /** Records are deleted from it, by DeleteRecords. */
        CUT,
        /** Retention becomes short sometimes, so that old segments go. */
        RETAINED,
        /** Only the last record of each key has to stay. */
        COMPACTED,
        /** Is deleted and created again, under the same name. */
        REBORN
    }

    private final World world;
    private final Machine machine;
    private final History<Observation> history;
    private final String name;
    private final Kind kind;
    private final SeededRandom random;
    private final TopicAdmin admin;
    private final Map<String, String> configs = new TreeMap<>();
    private final int partitions;
    private final LatestValues latest;
    private List<Stream> streams = List.of();
    private final List<PipelinedProducer> producers = new ArrayList<>();
    private final List<SimulatedConsumer> consumers = new ArrayList<>();
    private final Map<PipelinedProducer, Integer> answeredBefore = new HashMap<>();
    private int incarnation;
    private boolean settling;
    private boolean settled;

    TopicWorkload(World world, Machine machine, History<Observation> history, String name, Kind kind, boolean flushed) {
        this.world = world;
        this.machine = machine;
        this.history = history;
        this.name = name;
        this.kind = kind;
        random = world.random();
        admin = new TopicAdmin(world, machine, history, "admin-of-" + name);
        partitions = 1 + random.nextInt(3);
        latest = new LatestValues(history);
        world.checker(latest);
        if (flushed) configs.put("flush.messages", "1");
        if (random.chance(0.7)) configs.put("internal.segment.bytes", "" + (2048 << random.nextInt(5)));
        if (random.chance(0.5)) configs.put("index.interval.bytes", "" + (64 << random.nextInt(7)));
        if (random.chance(0.2)) configs.put("segment.ms", "" + (100 + random.nextInt(1000)));
        if (random.chance(0.2))
            configs.put(
                    "compression.type",
                    List.of("gzip", "lz4", "zstd", "snappy", "uncompressed").get(random.nextInt(5)));
        if (kind == Kind.COMPACTED) {
            configs.put("cleanup.policy", "compact");
            configs.put("min.cleanable.dirty.ratio", "0.01");
            configs.put("delete.retention.ms", "" + (random.chance(0.5) ? 0 : random.nextInt(5000)));
        }
    }

    // ---- beginning and ending

    void begin() {
        create();
    }

    private void create() {
        String topicConfigs = configs.toString();
        world.trace().event("creates " + name + ", " + kind + ", " + partitions + " partitions, " + topicConfigs);
        admin.create(name, partitions, configs, this::created);
    }

    private void created(Uuid topicId) {
        List<Stream> made = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) made.add(new Stream(name, topicId, partition));
        if (made.equals(streams)) throw new AssertionError(name + " has the id that it had before");
        streams = made;
        incarnation++;
        if (kind == Kind.COMPACTED)
            streams.forEach(stream -> history.add(new Observation.MayForget(stream, false, true)));
        for (Stream stream : streams)
            for (int i = random.nextInt(2); i >= 0; i--) {
                String producer = "p" + incarnation + "." + stream.partition() + "." + i + "@" + name;
                producers.add(new PipelinedProducer(world, machine, history, stream, producer, kind == Kind.COMPACTED));
            }
        for (int i = random.nextInt(3); i >= 0; i--)
            consumers.add(new SimulatedConsumer(
                    world,
                    machine,
                    history,
                    "c" + incarnation + "." + i + "@" + name,
                    streams,
                    kind == Kind.KEPT || kind == Kind.CUT));
        producers.forEach(PipelinedProducer::begin);
        consumers.forEach(SimulatedConsumer::begin);
        act();
    }

    private void act() {
        if (settling) {
            settled = true;
            return;
        }
        int waitMsMax = kind == Kind.CUT ? 200 : 800;
        world.after(50 + random.nextInt(waitMsMax), () -> {
            switch (kind) {
                case KEPT, COMPACTED -> act();
                case CUT -> cut();
                case RETAINED -> retain();
                case REBORN -> rebear();
            }
        });
    }

    private void cut() {
        Stream stream = streams.get(random.nextInt(streams.size()));
        long end = latest.end(stream);
        if (end == 0) act();
        else admin.deleteRecords(stream, random.nextLong(end + 1), this::act);
    }

    private void retain() {
        streams.forEach(stream -> history.add(new Observation.MayForget(stream, true, false)));
        admin.alter(name, Map.of("retention.ms", random.chance(0.5) ? "-1" : "" + random.nextInt(1000)), this::act);
    }

    private void rebear() {
        giveUp();
        producers.clear();
        consumers.clear();
        admin.delete(streams.getFirst().topicId(), this::create);
    }

    /** The admin client finishes what it is doing. */
    void settle() {
        settling = true;
    }

    boolean isSettled() {
        return settled;
    }

    void markProgress() {
        producers.forEach(producer -> answeredBefore.put(producer, producer.answered()));
    }

    boolean hasProgressed() {
        return producers.stream().allMatch(producer -> producer.answered() > answeredBefore.get(producer));
    }

    void end() {
        producers.forEach(PipelinedProducer::end);
    }

    boolean isDone() {
        return producers.stream().allMatch(PipelinedProducer::isDone);
    }

    void readAll() {
        consumers.forEach(SimulatedConsumer::readAll);
    }

    boolean isAtEnd() {
        return consumers.stream().allMatch(SimulatedConsumer::isAtEnd);
    }

    /** Its files change by themselves. */
    boolean isRewritten() {
        return kind == Kind.COMPACTED || kind == Kind.RETAINED;
    }

    void giveUp() {
        producers.forEach(PipelinedProducer::giveUp);
        consumers.forEach(SimulatedConsumer::giveUp);
    }

    // ---- what must be there at the end

    /** Once all is read: nothing acknowledged is missing (R4), nor any key's last value (R18). */
    void mustBeWhole() {
        for (Stream stream : streams)
            for (SimulatedConsumer consumer : consumers) {
                List<Read> all = consumer.all(stream);
                switch (kind) {
                    case KEPT, REBORN -> latest.mustBeAll(stream, all);
                    case COMPACTED -> latest.mustBeLatest(stream, all);
                    case CUT, RETAINED -> {} // what is left is checked as it is read
                }
            }
    }

    @Override
    public String toString() {
        return name + " (" + kind + ", " + Optional.of(streams) + ")";
    }
}
