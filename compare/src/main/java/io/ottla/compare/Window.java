package io.ottla.compare;

import java.io.IOException;

/** A stretch of time in which only what goes on is measured, not how it began. */
final class Window {
    private Window() {}

    /** Processor seconds that the server uses in the next {@code seconds}. */
    static double cpuS(Turn turn, ServerProcess server, double seconds) throws IOException, InterruptedException {
        double before = server.figures().cpuS();
        turn.pass(seconds);
        return server.figures().cpuS() - before;
    }
}
