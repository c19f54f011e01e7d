package io.ottla.load;

import java.util.concurrent.atomic.AtomicBoolean;

/** Asks a load to end early, and to say what it measured so far. Any thread asks. */
public final class StopSignal {
    private final AtomicBoolean asked = new AtomicBoolean();

    public void ask() {
        asked.set(true);
    }

    public boolean asked() {
        return asked.get();
    }
}
