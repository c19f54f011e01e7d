package io.ottla.zookeeperserver;

import io.ottla.base.Completion;
import java.io.InputStream;

/** Puts another tree in the place of the one that is served. */
@FunctionalInterface
public interface Restorer {
    /**
     * Reads a snapshot to its end and, if it is sound, has clients served from it. If this fails, all is as it was.
     *
     * @param snapshot is read on a disk thread
     * @param completion gets the zxid that it has here
     */
    void restore(InputStream snapshot, Completion<Long> completion);
}
