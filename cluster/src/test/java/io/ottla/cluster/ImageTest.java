package io.ottla.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import io.ottla.base.SeededRandom;
import io.ottla.base.TopicId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An image that grew change by change is the image that one would read anew; and its deltas add up. */
class ImageTest {

    private final FakeLoop loop = new FakeLoop();
    private final MemoryCoordination tree = new MemoryCoordination(loop);

    private ClusterFollower follower(ImageListener... stages) {
        ClusterFollower follower = new ClusterFollower(tree, loop);
        follower.start(List.of(stages), () -> {});
        loop.drain();
        return follower;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void incrementalAndFreshImagesAgree(long seed) {
        SeededRandom random = new SeededRandom(seed);
        Map<String, TopicImage> byDeltas = new TreeMap<>();
        ClusterFollower old = follower((before, after, delta) -> delta.topics().forEach((name, change) -> {
            assertThat(change.before()).isEqualTo(Optional.ofNullable(byDeltas.get(name)));
            change.after().ifPresentOrElse(topic -> byDeltas.put(name, topic), () -> byDeltas.remove(name));
        }));
        for (int i = 0; i < 400; i++) {
            change(random);
            if (random.chance(0.05)) tree.restartFollowers();
            if (random.chance(0.5)) continue;
            loop.drain();
            assertThat(text(old.image())).isEqualTo(text(follower().image()));
            assertThat(text(byDeltas)).isEqualTo(text(old.image().topics()));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatIsMissingWhereAllWasReadAgainNeedNotHaveBeenDeleted(boolean isReadAnew) {
        List<String> told = new ArrayList<>();
        write(
                ZnodePath.topic("t"),
                "{\"version\":3,\"topic_id\":\"" + new SeededRandom(1).nextTopicId()
                        + "\",\"partitions\":{\"0\":[1]}}");
        follower((before, after, delta) -> delta.topics().forEach((name, change) -> {
            change.deleted().ifPresent(topic -> told.add("deleted " + name));
            change.vanished().ifPresent(topic -> told.add("vanished " + name));
        }));
        tree.write(List.of(new Coordination.Op.Delete(ZnodePath.topic("t"), Coordination.ANY_VERSION)), result -> {});
        if (isReadAnew) tree.restartFollowers();
        loop.drain();
        assertThat(told).containsExactly(isReadAnew ? "vanished t" : "deleted t");
        tree.restartFollowers();
        loop.drain();
        assertThat(told).hasSize(1);
    }

    private void change(SeededRandom random) {
        String topic = "t" + random.nextInt(4);
        int partition = random.nextInt(3);
        switch (random.nextInt(12)) {
            case 0 ->
                write(
                        ZnodePath.topic(topic),
                        "{\"version\":3,\"topic_id\":\"" + random.nextTopicId()
                                + "\",\"partitions\":{\"0\":[1],\"1\":[2]}}");
            case 1 ->
                write(
                        ZnodePath.topic(topic),
                        "{\"version\":3,\"topic_id\":\"" + new TopicId(7, topic.hashCode())
                                + "\",\"partitions\":{\"0\":[1],\"1\":[2],\"2\":[1]}}");
            case 2, 3, 4 ->
                write(
                        ZnodePath.state(topic, partition),
                        "{\"version\":1,\"leader\":" + random.nextInt(3) + ",\"leader_epoch\":" + random.nextInt(9)
                                + ",\"controller_epoch\":1,\"isr\":[1]}");
            case 5 -> write(ZnodePath.deletion(topic), "");
            case 6 -> remove(ZnodePath.deletion(topic));
            case 7 -> remove(ZnodePath.topic(topic));
            case 8 ->
                write("/config/topics/" + topic, "{\"version\":1,\"config\":{\"k\":\"" + random.nextInt(2) + "\"}}");
            case 9 -> remove("/config/topics/" + topic);
            case 10 -> write("/brokers/ids/1", "{\"version\":5,\"endpoints\":[],\"timestamp\":\"1\"}");
            default -> write("/brokers/ids/2", "damaged");
        }
    }

    private void write(String path, String data) {
        tree.put(path, data);
    }

    private void remove(String root) {
        List<Coordination.Op> ops = new ArrayList<>();
        for (String path : tree.paths(root).reversed())
            ops.add(new Coordination.Op.Delete(path, Coordination.ANY_VERSION));
        if (ops.isEmpty()) return;
        tree.write(ops, result -> assertThat(result).isInstanceOf(Coordination.Result.Committed.class));
        loop.drain();
    }

    private static String text(ClusterImage image) {
        return image.topics() + "\n" + image.namesById() + "\n" + image.doomed() + "\n" + image.configs() + "\n"
                + image.brokers() + "\n" + image.controllerEpoch() + image.damaged();
    }

    private static String text(Object map) {
        return map.toString();
    }

    @Test
    void partitionsShareWhatIsEqual() {
        StringBuilder partitions = new StringBuilder();
        for (int p = 0; p < 1000; p++)
            partitions.append(p == 0 ? "" : ",").append('"').append(p).append("\":[7]");
        tree.put("/brokers/topics/t", "{\"version\":3,\"partitions\":{" + partitions + "}}");
        for (int p = 0; p < 1000; p++)
            tree.put(
                    ZnodePath.state("t", p),
                    "{\"version\":1,\"leader\":7,\"leader_epoch\":2,\"controller_epoch\":1,\"isr\":[7]}");
        List<PartitionImage> all = follower().image().topic("t").orElseThrow().partitions();
        assertThat(all).hasSize(1000);
        assertThat(all).allMatch(partition -> partition.leaderEpoch() == 2);
        assertThat(all.get(999).state()).isSameAs(all.get(0).state());
        assertThat(all.get(999).replicas()).isSameAs(all.get(0).replicas());
    }

    @Test
    void changesThatComeTogetherAreToldTogetherAndWhoeverWaitsRunsThen() {
        List<String> told = new ArrayList<>();
        ClusterFollower follower = follower(
                (before, after, delta) -> told.add("first " + delta.topics().keySet()),
                (before, after, delta) -> told.add("second " + delta.topics().keySet()));
        told.clear();
        // comes with the changes, and looks
        tree.follow("/brokers/topics", new Listening() {
            @Override
            public void created(Coordination.Znode node) {
                if (node.path().equals("/brokers/topics")) return;
                told.add("come, " + follower.image().topics().size() + " known");
                follower.whenTold(() -> told.add(follower.image().topics().size() + " known"));
            }
        });
        loop.drain();
        tree.write(
                List.of(
                        create("/brokers", ""),
                        create("/brokers/topics", ""),
                        create("/brokers/topics/a", "{\"version\":3,\"partitions\":{\"0\":[1]}}"),
                        create("/brokers/topics/b", "{\"version\":3,\"partitions\":{\"0\":[1]}}")),
                result -> {
                    follower.whenTold(() -> told.add("at once"));
                    told.add("answered");
                });
        loop.drain();
        assertThat(told)
                .containsExactly(
                        "come, 0 known",
                        "come, 0 known",
                        "first [a, b]",
                        "second [a, b]",
                        "2 known",
                        "2 known",
                        "at once",
                        "answered");
    }

    private abstract static class Listening implements Coordination.Follower {
        @Override
        public void present(Coordination.Znode node) {}

        @Override
        public void caughtUp() {}

        @Override
        public void dataChanged(Coordination.Znode node) {}

        @Override
        public void deleted(String path, long zxid) {}

        @Override
        public void restarted() {}
    }

    private static Coordination.Op create(String path, String data) {
        return new Coordination.Op.Create(
                path, data.getBytes(StandardCharsets.UTF_8), Coordination.CreateMode.PERSISTENT);
    }
}
