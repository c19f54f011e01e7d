package io.ottla.sim;

/** The program stopped its process, because a device failed that it cannot do without. */
final class Halt extends Error {
    private static final long serialVersionUID = 1;

    Halt(String why, Throwable cause) {
        super(why, cause, false, false);
    }
}
