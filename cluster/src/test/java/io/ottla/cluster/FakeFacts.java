package io.ottla.cluster;

import io.ottla.base.TopicId;
import io.ottla.cluster.Registration.EpochsFound;
import java.util.List;
import java.util.function.Consumer;

/** What a broker without a disk says of itself. */
record FakeFacts(List<TopicId> directories, boolean wasCleanlyStopped, EpochsFound found) implements LocalFacts {

    /** One directory, which is the same in each life of that broker. */
    static FakeFacts of(int brokerId, boolean wasCleanlyStopped) {
        return new FakeFacts(List.of(new TopicId(brokerId, 1)), wasCleanlyStopped, EpochsFound.NOTHING);
    }

    @Override
    public void epochsFound(ClusterImage image, Consumer<EpochsFound> then) {
        then.accept(found);
    }
}
