package io.ottla.sim;

/**
 * The machine lost its power in the middle of what it did. An error, so that nothing of the node runs after it; caught
 * where the node's events are run.
 */
final class PowerLoss extends Error {
    private static final long serialVersionUID = 1;

    PowerLoss(String when) {
        super(when, null, false, false);
    }
}
