package io.ottla.partition;

import io.ottla.base.Outcome;
import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import io.ottla.log.InconsistentTopicId;
import io.ottla.log.Log;
import io.ottla.log.LogConfig;
import io.ottla.log.Logs;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens logs for replicas. */
final class LogOpener {
    private static final Logger LOG = LoggerFactory.getLogger(LogOpener.class);

    private final Logs logs;

    LogOpener(Logs logs) {
        this.logs = logs;
    }

    /**
     * Opens the log of a replica. A directory that belongs to another topic of that name is what is left of a deleted
     * one; it is set aside.
     */
    void open(TopicPartition partition, TopicId topicId, LogConfig config, Consumer<Outcome<Log>> then) {
        logs.open(partition, topicId, config, outcome -> {
            if (!(outcome instanceof Outcome.Failed<Log>(InconsistentTopicId inconsistent))) {
                then.accept(outcome);
                return;
            }
            LOG.warn(
                    "{}; the cluster does not know that topic, so its directory is set aside. To have it served instead, stop"
                            + " the node, give the directory its name back and delete its partition.metadata",
                    inconsistent.getMessage());
            logs.setAside(partition, done -> {
                if (done instanceof Outcome.Done<Void>) logs.open(partition, topicId, config, then::accept);
                else then.accept(outcome);
            });
        });
    }
}
