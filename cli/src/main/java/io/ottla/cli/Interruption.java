package io.ottla.cli;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C (or SIGTERM) while a command is at work: the work is asked to end, and the process stays until {@link #close} says that it has
 * tidied up, but not for ever.
 */
final class Interruption implements AutoCloseable {
    private final CountDownLatch tidiedUp = new CountDownLatch(1);
    private final Thread hook;

    /**
     * @param ask asks the work to end, on another thread than the one that works; may block
     * @param waitS how long the process waits for that
     * @param whenLate the sentence for people when that was not enough
     */
    Interruption(Runnable ask, long waitS, String whenLate) {
        hook = Thread.ofPlatform().name("interruption").unstarted(() -> {
            ask.run();
            try {
                if (!tidiedUp.await(waitS, TimeUnit.SECONDS)) System.err.println("ottla: " + whenLate);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        tidiedUp.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException interrupted) {
            // the process ends already, and waits no longer
        }
    }
}
