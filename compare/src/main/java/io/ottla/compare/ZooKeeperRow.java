package io.ottla.compare;

/** A row of a ZooKeeper server, which is only measured when it is named. */
interface ZooKeeperRow extends Row {
    @Override
    default Service service() {
        return Service.ZOOKEEPER;
    }

    @Override
    default boolean usual() {
        return false;
    }

    @Override
    default long diskBytes() {
        return 3_000_000_000L;
    }
}
