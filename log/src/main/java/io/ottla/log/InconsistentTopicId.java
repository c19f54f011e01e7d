package io.ottla.log;

import io.ottla.base.TopicId;
import io.ottla.base.TopicPartition;
import java.io.IOException;

/** The directory of a partition belongs to another topic of the same name: an earlier one, most likely. */
public final class InconsistentTopicId extends IOException {
    private static final long serialVersionUID = 1L;

    private final transient TopicId found;

    InconsistentTopicId(TopicPartition tp, TopicId wanted, TopicId found) {
        super("the directory of %s belongs to topic id %s, not %s".formatted(tp, found, wanted));
        this.found = found;
    }

    /** As the directory has it. */
    public TopicId found() {
        return found;
    }
}
