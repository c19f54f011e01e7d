package io.ottla.zookeeperserver;

import java.util.SortedMap;

/** What operators are told of the machine and the process, beside the service itself. On the loop. */
public interface Machine {

    /** Sizes in bytes. */
    interface DirectorySizes {
        void measured(long snapshotBytes, long logBytes);
    }

    /** Measures the data directories; the answer comes on the loop. */
    void directorySizes(DirectorySizes answer);

    long openFiles();

    long openFilesMax();

    String hostName();

    /** As Java has them; what is a secret is left out. */
    SortedMap<String, String> systemProperties();

    long freeMemoryBytes();

    long maxMemoryBytes();

    long totalMemoryBytes();
}
