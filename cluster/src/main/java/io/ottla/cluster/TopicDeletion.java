package io.ottla.cluster;

import io.ottla.base.TopicId;
import io.ottla.cluster.Coordination.CreateMode;
import io.ottla.cluster.Coordination.Op;
import java.util.ArrayList;
import java.util.List;

/**
 * Decides how topics go. The first transaction marks the topic in {@code /admin/delete_topics}, which takes it out of
 * the image; its znodes go after that, the mark with the last of them. What fits into one transaction is one, so the mark
 * is seen only for large topics, and for those that a tool marked. Whoever finds a mark (the controller stopped half-way)
 * goes on: {@link Housekeeping}.
 */
final class TopicDeletion {
    private TopicDeletion() {}

    /** The subjects are the topics; the answer is the id of the topic that is gone. */
    static Plan<TopicId> plan(ClusterImage image, List<String> topics, boolean isEnabled) {
        Plan.Draft<TopicId> draft = new Plan.Draft<>();
        for (String name : topics) {
            if (!isEnabled) {
                draft.refuse(name, ErrorCode.TOPIC_DELETION_DISABLED, "Topic deletion is disabled.");
            } else if (image.topic(name).isEmpty()) {
                draft.refuse(
                        name, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, "This server does not host this topic-partition.");
            } else {
                TopicImage topic = image.topic(name).get();
                List<List<Op>> groups = new ArrayList<>();
                groups.add(List.of(new Op.Create(ZnodePath.deletion(name), new byte[0], CreateMode.PERSISTENT)));
                removal(image, topic, groups);
                draft.cuttable(name, groups);
                draft.answer(name, Answer.ok(topic.id()));
            }
        }
        return draft.plan();
    }

    /** Takes away what is left of a topic that is marked, and the mark. */
    static void removal(ClusterImage image, TopicImage topic, List<List<Op>> groups) {
        String name = topic.name();
        for (PartitionImage partition : topic.partitions()) {
            List<Op> group = new ArrayList<>();
            int number = partition.partition();
            if (partition.stateVersion() >= 0) group.add(delete(ZnodePath.state(name, number)));
            if (partition.stateVersion() != PartitionImage.NO_ZNODE)
                group.add(delete(ZnodePath.partition(name, number)));
            groups.add(group);
        }
        List<Op> last = new ArrayList<>();
        if (topic.hasPartitionsZnode()) last.add(delete(ZnodePath.partitions(name)));
        if (topic.version() >= 0) last.add(delete(ZnodePath.topic(name)));
        ConfigEntity config = ConfigEntity.topic(name);
        if (image.configs().containsKey(config)) last.add(delete(config.path()));
        last.add(delete(ZnodePath.deletion(name)));
        groups.add(last);
    }

    private static Op delete(String path) {
        return new Op.Delete(path, Coordination.ANY_VERSION);
    }
}
