package io.ottla.zookeeperserver;

import java.util.SortedMap;
import java.util.function.Consumer;

/** What operators are told of the machine and the process, beside the service itself. On the loop. */
public interface Machine {

    /**
     * What the data directories hold.
     *
     * @param lastSnapshotZxid of the newest snapshot; −1 if there is none, as its time
     * @param lastSnapshotMs when it was written, since the epoch
     */
    record DataFiles(long snapshotBytes, long logBytes, long lastSnapshotZxid, long lastSnapshotMs) {}

    /** Looks at the data directories; the answer comes on the loop. */
    void dataFiles(Consumer<DataFiles> answer);

    long openFiles();

    long openFilesMax();

    String hostName();

    /** As Java has them; what is a secret is left out. */
    SortedMap<String, String> systemProperties();

    long freeMemoryBytes();

    long maxMemoryBytes();

    long totalMemoryBytes();
}
