package io.ottla.base;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;

/**
 * A world, real or virtual, as the contracts of its ports want to see it ({@link ClockContract}, {@link DiskContract},
 * {@link NetworkContract}). Tests call it from their own thread.
 */
public interface WorldUnderTest extends AutoCloseable {

    Clock clock();

    Disk disk();

    Network network();

    /** An empty directory that the test may fill. */
    Path directory();

    /** Runs {@code action} on the loop and returns when it has run; throws what it threw. */
    void onLoop(Action action) throws IOException;

    /**
     * Lets the world go on until {@code holds}, which is asked on the loop.
     *
     * @throws AssertionError if it does not within what is, in this world, a long time
     */
    void await(String what, BooleanSupplier holds);

    /** Connects from outside to a port of {@link #network}, from the loopback address. */
    Peer connect(int port) throws IOException;

    /** With {@link #silentPort}: where nobody answers, not even that nobody listens. */
    String silentHost() throws IOException;

    int silentPort() throws IOException;

    @Override
    void close();

    /** What may fail as input and output do. */
    @FunctionalInterface
    interface Action {
        void run() throws IOException;
    }

    /** The far end of a connection. */
    interface Peer {
        void send(byte[] bytes);

        /** Sends without waiting for the other side to take it; what it never takes is forgotten. */
        void offer(byte[] bytes);

        /** Closes its sending side only, after what was sent. */
        void sendNoMore();

        /** All bytes that have come so far. */
        byte[] received();

        /** How many they are. */
        int receivedBytes();

        /** Whether to take what comes in; on at first. */
        void reading(boolean on);

        /** Whether the other side has closed the connection, or refused it, after all that it sent was received. */
        boolean isClosed();

        void close();
    }
}
