package io.ottla.sim;

/** What all ZooKeeper clients of a simulation saw. */
final class ZookeeperHistory extends History<ZookeeperObservation> {
    private long highestZxid;

    ZookeeperHistory(Trace trace) {
        super(trace);
    }

    @Override
    void add(ZookeeperObservation observation) {
        if (observation instanceof ZookeeperObservation.Answered answered)
            highestZxid = Math.max(highestZxid, answered.zxid());
        super.add(observation);
    }

    /** That anybody has seen. */
    long highestZxid() {
        return highestZxid;
    }
}
