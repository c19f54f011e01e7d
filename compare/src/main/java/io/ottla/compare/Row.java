package io.ottla.compare;

import io.ottla.load.LoadFailedException;
import java.io.IOException;
import java.util.concurrent.ExecutionException;

/** One part of a comparison: starts servers, loads them, and adds figures. */
public interface Row {
    /** As it is named on the command line. */
    String name();

    /** What it measures, in a line. */
    String about();

    /** Whether it is measured when nobody says which; the others take long, or much of the disk. */
    default boolean usual() {
        return true;
    }

    /** Which service it measures, and so who takes part. */
    default Service service() {
        return Service.KAFKA;
    }

    /** What it writes to the disk, bytes, at scale 1. */
    default long diskBytes() {
        return 8_000_000_000L;
    }

    void measure(Turn turn) throws LoadFailedException, IOException, ExecutionException, InterruptedException;
}
