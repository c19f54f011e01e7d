package io.ottla.sim;

import io.ottla.base.SeededRandom;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What hostile clients of ZooKeeper talk about: paths and contents that are there, or were. */
final class ZnodeVocabulary {
    private static final int REMEMBERED_MAX = 60;

    private static final List<String> PATHS = List.of(
            "/",
            "/f",
            "/f/a",
            "/f/b",
            "/f/a/x",
            "/f/a/y",
            "/f/s-",
            "/q",
            "/q/a",
            "/zookeeper",
            "/zookeeper/config",
            "/zookeeper/quota",
            "/zookeeper/quota/q",
            "/zookeeper/quota/q/zookeeper_limits",
            "/zookeeper/quota/q/zookeeper_stats",
            "/zookeeper/quota/f",
            "/zookeeper/quota/f/zookeeper_limits");

    private static final List<String> BROKER_PATHS = List.of(
            "/brokers",
            "/brokers/ids",
            "/brokers/ids/0",
            "/brokers/ids/1",
            "/brokers/seqid",
            "/brokers/topics",
            "/brokers/topics/t-0",
            "/brokers/topics/t-1",
            "/brokers/topics/t-0/partitions",
            "/brokers/topics/t-0/partitions/0",
            "/brokers/topics/t-0/partitions/0/state",
            "/brokers/topics/t-0/partitions/x",
            "/brokers/topics/t-9",
            "/brokers/topics/..x",
            "/admin/delete_topics",
            "/admin/delete_topics/t-0",
            "/admin/delete_topics/t-1",
            "/config",
            "/config/topics/t-0",
            "/config/topics/t-1",
            "/config/brokers/0",
            "/config/brokers/<default>",
            "/config/groups/g-0",
            "/config/clients/c",
            "/config/changes",
            "/config/changes/config_change_",
            "/config/changes/config_change_0000000000",
            "/consumers",
            "/controller",
            "/controller_epoch",
            "/isr_change_notification",
            "/isr_change_notification/isr_change_",
            "/latest_producer_id_block",
            "/log_dir_event_notification");

    private static final List<String> CONTENTS = List.of(
            "",
            "x",
            "count=2,bytes=-1",
            "count=5,bytes=10=;byteHardLimit=20;countHardLimit=3",
            "count=-1,bytes=9223372036854775807",
            "{\"version\":1,\"config\":{\"retention.ms\":\"0\",\"cleanup.policy\":\"compact\"}}",
            "{\"version\":1,\"config\":{\"retention.ms\":-1}}",
            "{\"version\":2,\"entity_path\":\"topics/t-0\"}",
            "{\"version\":3,\"partitions\":{\"0\":[0]},\"topic_id\":\"AAAAAAAAAAAAAAAAAAAAAQ\",\"adding_replicas\":{},\"removing_replicas\":{}}",
            "{\"version\":3,\"partitions\":{\"0\":[0],\"7\":[],\"-1\":[9]},\"topic_id\":\"x\"}",
            "{\"version\":2,\"partitions\":{\"0\":[0,0]}}",
            "{\"controller_epoch\":1,\"leader\":0,\"version\":1,\"leader_epoch\":2147483647,\"isr\":[0]}",
            "{\"controller_epoch\":1,\"leader\":-1,\"version\":1,\"leader_epoch\":-1,\"isr\":[]}",
            "{\"version\":2,\"brokerid\":1,\"timestamp\":\"0\"}",
            "{\"version\":1,\"broker\":0,\"block_start\":\"9223372036854775000\",\"block_end\":\"9223372036854775807\"}",
            "{\"version\":\"1\",\"id\":\"other\"}",
            "2147483647",
            "[]",
            "{",
            "null");

    private final SeededRandom random;
    private final List<String> paths = new ArrayList<>(PATHS);
    private final List<byte[]> contents = new ArrayList<>();
    private final int firstPaths;

    /** @param isBrokers whether a broker keeps its cluster in the tree */
    ZnodeVocabulary(SeededRandom random, boolean isBrokers) {
        this.random = random;
        if (isBrokers) paths.addAll(BROKER_PATHS);
        firstPaths = paths.size();
        for (String content : CONTENTS) contents.add(content.getBytes(StandardCharsets.UTF_8));
    }

    String path() {
        String path = paths.get(random.nextInt(paths.size()));
        return switch (random.nextInt(40)) {
            case 0 -> new String(Odd.text(random), StandardCharsets.UTF_8);
            case 1 -> path + "/" + new String(Odd.text(random), StandardCharsets.UTF_8);
            case 2 -> path + "/c" + random.nextInt(4);
            case 3 -> path + "/";
            default -> path;
        };
    }

    byte[] content() {
        byte[] content = contents.get(random.nextInt(contents.size()));
        return switch (random.nextInt(12)) {
            case 0 -> Odd.damaged(content, 0, random);
            case 1 -> Odd.bytes(random, random.chance(0.02) ? 100_000 : random.nextInt(30));
            case 2 -> null;
            default -> content;
        };
    }

    void learnPath(String path) {
        if (path.startsWith("/cluster"))
            return; // with another id the log directories are another cluster's, and the node refuses them
        if (paths.contains(path) || path.length() > 200) return;
        if (paths.size() >= firstPaths + REMEMBERED_MAX) paths.remove(firstPaths + random.nextInt(REMEMBERED_MAX));
        paths.add(path);
    }

    void learnContent(byte[] content) {
        if (content == null || content.length > 4096) return;
        if (contents.size() >= CONTENTS.size() + REMEMBERED_MAX)
            contents.remove(CONTENTS.size() + random.nextInt(REMEMBERED_MAX));
        contents.add(content);
    }
}
