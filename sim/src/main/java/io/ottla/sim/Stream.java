package io.ottla.sim;

import org.apache.kafka.common.Uuid;

/** One partition of one incarnation of a topic: deleted and created again, it is another. */
record Stream(String topic, Uuid topicId, int partition) {
    @Override
    public String toString() {
        return topic + "-" + partition + "@" + topicId;
    }
}
