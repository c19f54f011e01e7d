package io.ottla.sim;

import io.ottla.base.Clock;
import io.ottla.base.Disk;
import io.ottla.base.FaultHandler;
import io.ottla.base.Limits;
import io.ottla.base.Network;
import io.ottla.base.SeededRandom;
import java.io.IOException;

/** What runs on a machine: a node. Started anew after each stop, with nothing but what is on the drive. */
@FunctionalInterface
public interface Program {

    /**
     * Starts the program; called on its loop. What it returns has begun; it may get ready later.
     *
     * @throws IOException if it refuses to start
     */
    Running start(Environment environment) throws IOException;

    /** All that a program has of the world. */
    record Environment(
            Clock clock, Disk disk, Network network, Limits limits, SeededRandom random, FaultHandler faultHandler) {}

    /** A program that runs. */
    @FunctionalInterface
    interface Running {
        /** Stops cleanly; called on the loop. Calls {@code stopped} when done. */
        void stop(Runnable stopped);
    }
}
