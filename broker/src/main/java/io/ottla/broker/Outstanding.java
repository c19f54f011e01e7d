package io.ottla.broker;

import static io.ottla.base.Invariant.invariant;

/** Counts parts of a request that have begun and not ended; when the last has ended, goes on. */
final class Outstanding {
    private final Runnable then;
    /** One more until all have begun, so that none is the last too early. */
    private int count = 1;

    Outstanding(Runnable then) {
        this.then = then;
    }

    void begin() {
        count++;
    }

    void end() {
        count--;
        invariant(count >= 0, "a part of a request has ended twice");
        if (count == 0) then.run();
    }

    void allBegun() {
        end();
    }
}
