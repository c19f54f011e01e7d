package io.ottla.cluster;

import io.ottla.base.Clock;
import io.ottla.base.TopicId;
import io.ottla.cluster.Registration.EpochsFound;
import java.util.List;
import java.util.function.Consumer;

/** What a broker without a disk says of itself. */
record FakeFacts(Clock clock, List<TopicId> directories, boolean wasCleanlyStopped, EpochsFound found)
        implements LocalFacts {
    /** As of a disk: others have so many turns before it answers. */
    private static final int TURNS = 50;

    /** One directory, which is the same in each life of that broker. */
    static FakeFacts of(Clock clock, int brokerId, boolean wasCleanlyStopped) {
        return new FakeFacts(clock, List.of(new TopicId(brokerId, 1)), wasCleanlyStopped, EpochsFound.NOTHING);
    }

    @Override
    public void epochsFound(ClusterImage image, Consumer<EpochsFound> then) {
        later(TURNS, () -> then.accept(found));
    }

    private void later(int turns, Runnable then) {
        if (turns == 0) then.run();
        else clock.execute(() -> later(turns - 1, then));
    }
}
