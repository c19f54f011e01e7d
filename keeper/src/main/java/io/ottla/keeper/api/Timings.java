package io.ottla.keeper.api;

/** Is told how long the disk took for what; on the loop. */
public interface Timings {
    /**
     * A write to the transaction log is durable.
     *
     * @param ms from when the disk was given it
     */
    void synced(int txns, long ms);

    void snapshotTaken(long ms);

    Timings NONE = new Timings() {
        @Override
        public void synced(int txns, long ms) {}

        @Override
        public void snapshotTaken(long ms) {}
    };
}
