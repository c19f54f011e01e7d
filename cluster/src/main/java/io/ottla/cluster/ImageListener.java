package io.ottla.cluster;

/** Is told when the cluster has changed. */
@FunctionalInterface
public interface ImageListener {
    /**
     * Runs on the loop. Several changes may come as one; none is left out, and none comes twice.
     *
     * @param before {@link ClusterImage#EMPTY} the first time
     */
    void changed(ClusterImage before, ClusterImage after, ImageDelta delta);
}
