package io.ottla.cluster;

import io.ottla.base.TopicId;
import io.ottla.cluster.Registration.EpochsFound;
import java.util.List;
import java.util.function.Consumer;

/** What a broker knows of itself from its disk, and tells the others when it registers ({@link Registration}). */
public interface LocalFacts {

    /** The ids of its log directories, which it has locked. Not empty. */
    List<TopicId> directories();

    /** Whether its last stop was clean, so that nothing that was read from it is lost. */
    boolean wasCleanlyStopped();

    /** Looks into the directories of partitions that have no leader yet in the image. Asked once; {@code found} runs on the loop, within the call or later. */
    void epochsFound(ClusterImage image, Consumer<EpochsFound> found);
}
