package io.ottla.node;

import io.ottla.base.Clock;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells a person who sees nothing yet what a start waits for. On the loop. */
final class StartWait {
    private static final Logger LOG = LoggerFactory.getLogger(StartWait.class);

    /** Below a second; a start that takes its usual time is silent. */
    static final long TOLD_AFTER_MS = 700;

    static final long TOLD_AGAIN_MS = 10_000;

    private final Clock clock;
    private final long beganNs;
    private String what = "";
    private Clock.Timer timer = () -> {};

    StartWait(Clock clock) {
        this.clock = clock;
        beganNs = clock.monotonicNs();
    }

    /** @param what a sentence without its end; what was waited for before has come */
    void on(String what) {
        this.what = what;
        timer.cancel();
        timer = clock.after(TOLD_AFTER_MS, this::tell);
    }

    private void tell() {
        LOG.info("not ready after {} s: {}", TimeUnit.NANOSECONDS.toSeconds(clock.monotonicNs() - beganNs), what);
        timer = clock.after(TOLD_AGAIN_MS, this::tell);
    }

    /** Nothing is waited for any more. */
    void over() {
        timer.cancel();
    }
}
