package io.ottla.broker;

import io.ottla.base.Clock;
import io.ottla.base.LineBudget;
import io.ottla.cluster.ClusterImage;
import io.ottla.cluster.ConfigEntity;
import io.ottla.cluster.ImageDelta;
import io.ottla.cluster.ImageListener;
import io.ottla.cluster.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the log what changed in the cluster: topics that came, grew and went, and what was set. A line each, but not one for each of a million. */
public final class ClusterNews implements ImageListener {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterNews.class);
    private static final int LINES_PER_PERIOD = 100;
    private static final long PERIOD_MS = 10_000;

    private final Clock clock;
    private final LineBudget lines = new LineBudget(LINES_PER_PERIOD, PERIOD_MS);
    private final LineBudget warnings = new LineBudget(LINES_PER_PERIOD, PERIOD_MS);

    public ClusterNews(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void changed(ClusterImage before, ClusterImage after, ImageDelta delta) {
        if (before.zxid() == ClusterImage.EMPTY.zxid()) {
            LOG.info("topics in the cluster: {}", delta.topics().size());
            return;
        }
        delta.topics().forEach((name, change) -> {
            if (change.deleted().isPresent()) tell("topic {} is deleted", name);
            if (change.vanished().isPresent()) vanished(name);
            if (change.after().isPresent())
                topic(change.after().get(), change.deleted().isPresent() ? Optional.empty() : change.before());
        });
        for (ConfigEntity entity : delta.configs()) {
            boolean isOfDeletedTopic = entity.type() == ConfigEntity.Type.TOPICS
                    && !entity.name().equals(ConfigEntity.DEFAULT)
                    && after.topic(entity.name()).isEmpty();
            if (!isOfDeletedTopic)
                tell(
                        "configuration of {}: {}",
                        entity,
                        String.join(", ", changes(entity, before.config(entity), after.config(entity))));
        }
    }

    private void vanished(String name) {
        if (warnings.take(clock.nowMs()) < 0) return;
        LOG.warn(
                "topic {} is missing since the coordination service was lost for a while. Its records stay in their directories: if it was not deleted on purpose, bring that service's data back; if it was, delete the directories while the node is stopped",
                name);
    }

    private void topic(TopicImage topic, Optional<TopicImage> before) {
        int partitions = topic.partitions().size();
        if (before.isEmpty()) tell("topic {} is created; partitions: {}, id: {}", topic.name(), partitions, topic.id());
        else if (before.get().partitions().size() != partitions)
            tell("topic {} has {} partitions now", topic.name(), partitions);
    }

    /** In sentences of a word or two; what is secret, or may be, without its value. */
    static List<String> changes(ConfigEntity entity, Map<String, String> before, Map<String, String> after) {
        boolean isSecret = switch (entity.type()) {
            case USERS, USER_CLIENTS -> true;
            case TOPICS, BROKERS, GROUPS, CLIENT_METRICS, CLIENTS, IPS -> false;
        };
        TreeSet<String> keys = new TreeSet<>(before.keySet());
        keys.addAll(after.keySet());
        List<String> changes = new ArrayList<>();
        for (String key : keys) {
            String value = after.get(key);
            if (value == null) changes.add(key + " is as by default");
            else if (value.equals(before.get(key))) continue;
            else if (isSecret || BrokerConfigs.isPassword(key)) changes.add(key + " is set");
            else changes.add(key + "=" + value);
        }
        return changes;
    }

    private void tell(String sentence, Object... arguments) {
        if (!LOG.isInfoEnabled()) return;
        long suppressed = lines.take(clock.nowMs());
        if (suppressed < 0) return;
        if (suppressed > 0) LOG.info("({} other changes since the last line)", suppressed);
        LOG.info(sentence, arguments);
    }
}
